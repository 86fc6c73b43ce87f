// A product's count: what is there, a delivery, a new count, or no counting at all. Each is
// done at once, for stock moves while a form is open.

import { useState } from "preact/hooks";

import { TextField } from "../components/fields";
import { Delivery, Tally } from "../components/icons";
import { Fault } from "../components/parts";
import type { Product } from "../api";
import { parseCount } from "../currency";
import { useTask } from "../form";
import { words } from "../language";
import { addDelivery, free, setStock } from "../menu";
import { ask, say } from "../notice";

const REASON_MAX = 140;

export function StockCard({ product }: { product: Product }) {
  const w = words.value;
  const [open, setOpen] = useState<"delivery" | "count" | null>(null);
  const counted = product.stock !== null;
  const stop = () => ask({
    title: w.stopCountingTitle(product.name),
    text: w.stopCountingText,
    yes: w.stopCounting,
    run: () => setStock(product.id, null, ""),
  });
  return (
    <section class="subcard" aria-labelledby="stock-title" data-testid="stock">
      <h3 id="stock-title">{w.stock}</h3>
      {counted ? (
        <dl class="tally figures">
          <div><dt>{w.onHand}</dt><dd data-testid="stock-on-hand">{product.stock}</dd></div>
          <div><dt>{w.promised}</dt><dd data-testid="stock-reserved">{product.reserved}</dd></div>
          <div><dt>{w.sellable}</dt><dd data-testid="stock-free">{free(product)}</dd></div>
        </dl>
      ) : <p class="muted">{w.notCountedHint}</p>}
      {open === null && (
        <div class="button-row">
          {counted && <button type="button" class="plain" data-testid="stock-delivery" onClick={() => setOpen("delivery")}><Delivery />{w.delivery}</button>}
          <button type="button" class="plain" data-testid="stock-count" onClick={() => setOpen("count")}><Tally />{counted ? w.recount : w.startCounting}</button>
          {counted && <button type="button" class="quiet" data-testid="stock-stop" onClick={stop}>{w.stopCounting}</button>}
        </div>
      )}
      {open !== null && <Move key={open} product={product} kind={open} onDone={() => setOpen(null)} />}
    </section>
  );
}

function Move({ product, kind, onDone }: { product: Product; kind: "delivery" | "count"; onDone: () => void }) {
  const w = words.value;
  const [quantity, setQuantity] = useState("");
  const [reason, setReason] = useState("");
  const [tried, setTried] = useState(false);
  const task = useTask();
  const number = parseCount(quantity);
  const bad = number === null || (kind === "delivery" && number === 0);
  const before = product.stock ?? 0;
  const submit = async (event: Event) => {
    event.preventDefault();
    setTried(true);
    if (bad || number === null) return;
    const answer = await task.run(() => kind === "delivery" ? addDelivery(product.id, number, reason.trim()) : setStock(product.id, number, reason.trim()));
    if (!answer.ok) return;
    say(w.stockSaved(product.name));
    onDone();
  };
  return (
    <form class="form" onSubmit={(e) => void submit(e)} noValidate data-testid="stock-form">
      <div class="pair">
        <TextField label={kind === "delivery" ? w.arrived : w.onHandNow} testid="stock-quantity" inputMode="numeric" value={quantity} onValue={setQuantity} after={w.portions}
          fault={tried && bad ? w.countForm : null}
          hint={bad || number === null || product.stock === null ? undefined : w.fromTo(before, kind === "delivery" ? before + number : number)} />
        <TextField label={w.reason} testid="stock-reason" optional value={reason} onValue={setReason} max={REASON_MAX} hint={kind === "delivery" ? w.deliveryHint : w.recountHint} />
      </div>
      <Fault text={task.fault} testid="stock-fault" />
      <div class="button-row">
        <button type="submit" class="plain strong" data-testid="stock-save" disabled={task.busy}>{task.busy ? w.oneMoment : w.saveStock}</button>
        <button type="button" class="quiet" data-testid="stock-cancel" onClick={onDone}>{w.cancel}</button>
      </div>
    </form>
  );
}
