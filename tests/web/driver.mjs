// A hand on a real Chromium: one JSON command a line on standard input, one answer a line on
// standard output. The Rust tests decide; this only taps, types and looks. Waiting is
// Playwright's own, for a state, with a limit.
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

const LIMIT_MS = 30_000;
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
const pages = new Map();

async function open({ page, width, height, locale }) {
  const context = await browser.newContext({ viewport: { width, height }, deviceScaleFactor: 1, locale: locale ?? "id-ID", hasTouch: true });
  context.setDefaultTimeout(LIMIT_MS);
  const tab = await context.newPage();
  const errors = [];
  tab.on("pageerror", (error) => errors.push(String(error)));
  tab.on("console", (message) => { if (message.type() === "error") errors.push(message.text()); });
  pages.set(page, { context, tab, errors });
}

const actions = {
  open,
  goto: (p, { url }) => p.tab.goto(url).then(() => undefined),
  fill: (p, { id, text }) => p.tab.getByTestId(id).fill(text),
  select: (p, { id, label }) => p.tab.getByTestId(id).selectOption({ label }).then(() => undefined),
  upload: (p, { id, path }) => p.tab.getByTestId(id).setInputFiles(path),
  click: (p, { id }) => p.tab.getByTestId(id).click(),
  press: (p, { id, ms }) => p.tab.getByTestId(id).click({ delay: ms }),
  text: (p, { id }) => p.tab.getByTestId(id).innerText(),
  state: (p, { id }) => p.tab.getByTestId(id).getAttribute("data-state"),
  count: (p, { id }) => p.tab.getByTestId(id).count(),
  see: (p, { id, text }) => {
    const found = p.tab.getByTestId(id);
    return (text === undefined ? found : found.filter({ hasText: text })).first().waitFor();
  },
  gone: (p, { id }) => p.tab.getByTestId(id).waitFor({ state: "detached" }),
  in_state: (p, { id, state }) => p.tab.locator(`[data-testid="${id}"][data-state="${state}"]`).waitFor(),
  offline: (p, { on }) => p.context.setOffline(on),
  // As a phone does to a page when it is locked: nothing in it runs until it is woken.
  lock: async (p, { on }) => {
    const session = await p.context.newCDPSession(p.tab);
    await session.send("Page.setWebLifecycleState", { state: on ? "frozen" : "active" });
    await session.detach();
  },
  reload: (p) => p.tab.reload().then(() => undefined),
  // Pictures are taken when every animation has come to its end.
  shot: async (p, { path }) => {
    await p.tab.evaluate(() => Promise.all(document.getAnimations().map((a) => a.finished.catch(() => {}))).then(() => undefined));
    await p.tab.screenshot({ path });
  },
  errors: (p) => p.errors.splice(0),
  storage: (p) => p.tab.evaluate(() => JSON.stringify(localStorage)),
};

for await (const line of createInterface({ input: process.stdin })) {
  const { do: what, page, ...args } = JSON.parse(line);
  let answer;
  try {
    const result = what === "open" ? await open({ page, ...args }) : await actions[what](pages.get(page), args);
    answer = { ok: result ?? null };
  } catch (error) {
    answer = { error: String(error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
await browser.close();
