// What somebody sees who came without a table: how to get one.

import { ChefHat, Hourglass, QrCode } from "../components/icons";
import { words } from "../stores/language";
import { site } from "../stores/room";

export function Start() {
  const w = words.value;
  return (
    <main class="start">
      <span class="start-mark"><QrCode size={48} /></span>
      <h2>{w.startTitle}</h2>
      {site.value?.address && <p class="muted">{site.value.address}</p>}
      <p class="start-hint">{w.startScan}</p>
      <a class="plain" href="/kitchen"><ChefHat />{w.startKitchen}</a>
    </main>
  );
}

/** Before the house's first day. */
export function NotOpen() {
  const w = words.value;
  return (
    <main class="start" data-testid="not-open">
      <span class="start-mark"><Hourglass size={48} /></span>
      <h2>{w.notOpenTitle}</h2>
      <p class="start-hint">{w.notOpenHint}</p>
      <a class="plain" href="/setup" data-testid="to-setup">{w.notOpenSetup}</a>
    </main>
  );
}

export function UnknownTable() {
  const w = words.value;
  return (
    <main class="start" data-testid="unknown-table">
      <span class="start-mark"><QrCode size={48} /></span>
      <h2>{w.unknownTitle}</h2>
      <p class="start-hint">{w.unknownHint}</p>
    </main>
  );
}
