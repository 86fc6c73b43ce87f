// What guests thought of the dishes, newest first.

import { Star } from "../../components/icons";
import { Select } from "../components/fields";
import { Empty, Older, PageHead, Waits } from "../components/parts";
import type { Rating } from "../api";
import { moment } from "../house";
import { words } from "../language";
import { products } from "../menu";
import { narrow, ofProduct, ofStars, ratings } from "../ratings";
import { may } from "../session";
import { useShelves } from "../shelf";

/** Guests rate while somebody looks at the list. */
const FRESH_MS = 60_000;

const ALL = [1, 2, 3, 4, 5];

export function RatingsPage() {
  const w = words.value;
  useShelves(FRESH_MS, ratings);
  const all = (ratings.value.value ?? []).flatMap((page) => page.ratings);
  const narrowed = ofProduct.value !== "" || ofStars.value !== 0;
  return (
    <>
      <PageHead title={w.ratings} hint={w.ratingsHint} />
      <div class="tools">
        {may("manage_menu") && <Dishes />}
        <Chips />
      </div>
      <Waits on={[ratings]}>
        {() => all.length > 0 ? <ul class="rows rating-rows">{all.map((rating) => <Row key={rating.id} rating={rating} />)}</ul>
          : narrowed ? (
            <Empty title={w.ratingsNone} testid="ratings-nothing">
              <button type="button" class="plain" data-testid="ratings-all" onClick={() => narrow("", 0)}>{w.showAll}</button>
            </Empty>
          ) : <Empty icon={<Star size={32} />} title={w.ratingsEmpty} hint={w.ratingsEmptyHint} testid="ratings-empty" />}
      </Waits>
      <Older of={ratings} testid="ratings-older" />
    </>
  );
}

function Dishes() {
  const w = words.value;
  useShelves(0, products);
  return (
    <Select testid="ratings-product" label={w.product} value={ofProduct.value} onValue={(id) => narrow(id, ofStars.peek())}>
      <option value="">{w.allProducts}</option>
      {(products.value.value ?? []).map((p) => <option key={p.id} value={p.id}>{p.name}</option>)}
    </Select>
  );
}

function Chips() {
  const w = words.value;
  const pick = (stars: number) => narrow(ofProduct.peek(), stars);
  return (
    <div class="segments" role="group" aria-label={w.filter}>
      <button type="button" class="segment" data-testid="ratings-stars-all" aria-pressed={ofStars.value === 0} onClick={() => pick(0)}>{w.filterAll}</button>
      {ALL.map((n) => (
        <button key={n} type="button" class="segment" data-testid={`ratings-stars-${n}`} aria-pressed={ofStars.value === n} aria-label={w.starsOnly(n)}
          onClick={() => pick(n)}>
          <span class="star">{n}</span><Star size={16} />
        </button>
      ))}
    </div>
  );
}

function Row({ rating }: { rating: Rating }) {
  const w = words.value;
  const { id, stars } = rating;
  return (
    <li class="row" data-testid={`rating-${id}`} data-stars={stars}>
      <span class="stars" role="img" aria-label={w.stars(stars)}>
        {ALL.map((n) => <span key={n} class={n <= stars ? "star on" : "star"}><Star /></span>)}
      </span>
      <div class="cell-main">
        <b>{rating.product_name}</b>
        {rating.comment !== "" && <p class="rating-text" data-testid={`rating-${id}-comment`}>{rating.comment}</p>}
      </div>
      <p class="rating-from small">
        <span>{rating.guest === "" ? w.guest : rating.guest} · {w.tableName(rating.place)}</span>
        <span class="muted">{moment(rating.rated_ms)}</span>
      </p>
    </li>
  );
}
