// "How was it?": stars for every dish that came to the table, one at a time.

import { useLayoutEffect, useRef } from "preact/hooks";

import { lost } from "../components/bars";
import { Alert } from "../components/icons";
import { StarPicker, StarsGiven } from "../components/stars";
import { busy } from "../stores/guest";
import { words } from "../stores/language";
import { COMMENT_MAX, draftOf, faultOf, letBe, rate, rateAgain, rateKey, served, writeRating } from "../stores/ratings";
import type { Dish } from "../stores/ratings";

/** Sent last: its form goes, and the keyboard must not fall to the top of the page. */
let last = "";

export function Ratings() {
  const w = words.value;
  if (served.value.length === 0) return null;
  const all = served.value.every((dish) => dish.stars > 0);
  return (
    <section class="card ratings" aria-labelledby="ratings-title" data-testid="ratings">
      <h3 id="ratings-title">{w.howWasIt}</h3>
      <p class="muted hint" aria-live="polite">{all ? w.rateThanks : w.rateHint}</p>
      <ul>
        {served.value.map((dish) => (
          <li key={dish.product} class="rating">
            {dish.stars === 0 || draftOf(dish.product) ? <Form dish={dish} /> : <Given dish={dish} />}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Given({ dish }: { dish: Dish }) {
  const w = words.value;
  const { product, name, stars } = dish;
  const again = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => {
    if (last === product && document.activeElement === document.body) again.current?.focus({ preventScroll: true });
  }, [product]);
  return (
    <div class="given">
      <p class="rating-name">{name}</p>
      <StarsGiven stars={stars} testid={`rated-${product}`} />
      <button type="button" class="quiet" ref={again} data-testid={`rate-change-${product}`} aria-label={w.rateChangeFor(name)} onClick={() => rateAgain(dish)}>
        {w.rateChange}
      </button>
    </div>
  );
}

function Form({ dish: { product, name, stars: before } }: { dish: Dish }) {
  const w = words.value;
  const draft = draftOf(product);
  const stars = draft?.stars ?? 0;
  const under = busy.value.has(rateKey(product));
  const fault = faultOf(product);
  const title = `rating-${product}`;
  const send = (event: Event) => {
    event.preventDefault();
    last = product;
    void rate(product);
  };
  return (
    <form class="rate" onSubmit={send}>
      <p class="rating-name"><span id={title} aria-label={w.starsFor(name)}>{name}</span></p>
      <p class="rating-word muted" aria-hidden="true">{w.starWord(stars)}</p>
      <StarPicker group={`rate-${product}`} label={title} value={stars} pick={(n) => writeRating(product, { stars: n })} />
      {stars > 0 && (
        <div class="rate-more">
          <textarea rows={2} data-testid={`rate-comment-${product}`} value={draft?.comment ?? ""} maxLength={COMMENT_MAX}
            placeholder={before > 0 ? w.commentAnew : w.comment} aria-label={w.commentFor(name)}
            onInput={(e) => writeRating(product, { comment: e.currentTarget.value })} />
          {fault && <p class="fault" role="alert" data-testid={`rate-fault-${product}`}><Alert /><span>{fault}</span></p>}
          <div class="rate-go">
            {before > 0 && <button type="button" class="quiet" disabled={under} onClick={() => letBe(product)}>{w.rateKeep}</button>}
            <button type="submit" class="plain" data-testid={`rate-send-${product}`} aria-label={w.rateSendFor(name)} disabled={under}>
              {under ? (lost.value ? w.joinOffline : w.joinBusy) : w.rateSend}
            </button>
          </div>
        </div>
      )}
    </form>
  );
}
