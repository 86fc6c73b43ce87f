// Stars: to pick, given, and the mean of everybody's. Filled or hollow, and in words besides.

import { words } from "../stores/language";
import type { StarsView } from "../wire.gen";
import { Star } from "./icons";

const ALL = [1, 2, 3, 4, 5];

interface Props {
  /** Tells this group from the page's others. */
  group: string;
  /** Id of the element that says what the stars are for. */
  label: string;
  value: number;
  pick: (stars: number) => void;
}

/** A group of radio buttons, so that arrow keys and screen readers know it. */
export function StarPicker({ group, label, value, pick }: Props) {
  const w = words.value;
  return (
    <div class="stars pick" role="radiogroup" aria-labelledby={label}>
      {ALL.map((n) => (
        <label key={n} class={n <= value ? "star on" : "star"} data-testid={`${group}-${n}`}>
          <input class="unseen" type="radio" name={group} value={n} checked={n === value} onChange={() => pick(n)} />
          <Star size={32} />
          <span class="unseen">{`${w.stars(n)}: ${w.starWord(n)}`}</span>
        </label>
      ))}
    </div>
  );
}

export function StarsGiven({ stars, testid }: { stars: number; testid: string }) {
  const w = words.value;
  return (
    <span class="stars" role="img" aria-label={`${w.stars(stars)}: ${w.starWord(stars)}`} data-testid={testid} data-state={stars}>
      {ALL.map((n) => <span key={n} class={n <= stars ? "star on" : "star"}><Star /></span>)}
    </span>
  );
}

/** "4,7 (12)": quietly, beside a price. */
export function Mean({ rating, testid }: { rating: StarsView; testid: string }) {
  const w = words.value;
  const figure = `${Math.floor(rating.tenths / 10)}${w.decimal}${rating.tenths % 10}`;
  return (
    <span class="mean muted" role="img" aria-label={w.mean(figure, rating.count)} data-testid={testid}>
      <Star size={14} /><span>{`${figure} (${rating.count})`}</span>
    </span>
  );
}
