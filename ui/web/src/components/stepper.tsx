// One less, how many, one more.

import { words } from "../stores/language";
import { Minus, Plus, Trash } from "./icons";

interface Props {
  name: string;
  quantity: number;
  most: number;
  change: (by: number) => void;
  /** Tells the menu's stepper from the cart's to whoever looks for it. */
  testid: { add: string; less: string; count: string };
}

export function Stepper({ name, quantity, most, change, testid }: Props) {
  const w = words.value;
  return (
    <div class="stepper" role="group" aria-label={name}>
      <button type="button" data-testid={testid.less} onClick={() => change(-1)}
        aria-label={quantity > 1 ? w.less(name) : w.remove(name)}>
        {quantity > 1 ? <Minus /> : <Trash size={18} />}
      </button>
      <output class="figures" data-testid={testid.count} aria-label={w.inCart(quantity, name)}>{quantity}</output>
      <button type="button" data-testid={testid.add} disabled={quantity >= most} onClick={() => change(1)} aria-label={w.add(name)}>
        <Plus />
      </button>
    </div>
  );
}
