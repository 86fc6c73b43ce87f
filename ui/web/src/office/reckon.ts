// The bill of an example, for the eye only: what a real bill comes to the hub says. It follows
// src/domain/bill.rs and tax.rs step by step.

import type { CashRounding, TaxProfile } from "./api";

interface ExampleBill {
  net: number;
  service: number;
  tax: number;
  total: number;
  /** What makes the total payable in cash. */
  rounding: number;
  due: number;
}

const WHOLE = 10_000;

/** Half away from zero; nothing here is negative. */
function divide(numerator: number, denominator: number): number {
  return Math.floor((2 * numerator + denominator) / (2 * denominator));
}

export function reckon(amount: number, takeaway: boolean, profile: TaxProfile, cash: CashRounding): ExampleBill {
  const s = takeaway && !profile.service_on_takeaway ? 0 : profile.service;
  const t = profile.tax;
  let net = amount;
  let service: number;
  let tax: number;
  if (profile.prices_include) {
    const divisor = profile.tax_on_service ? (WHOLE + s) * (WHOLE + t) : WHOLE * (WHOLE + s + t);
    net = divide(amount * WHOLE * WHOLE, divisor);
    service = divide(net * s, WHOLE);
    tax = amount - net - service;
  } else {
    service = divide(net * s, WHOLE);
    tax = divide((profile.tax_on_service ? net + service : net) * t, WHOLE);
  }
  const total = net + service + tax;
  const rounding = difference(total, cash);
  return { net, service, tax, total, rounding, due: total + rounding };
}

function difference(total: number, { step, mode }: CashRounding): number {
  const size = Math.max(step, 1);
  const over = total % size;
  const up = size - over;
  if (over === 0) return 0;
  if (mode === "down") return -over;
  if (mode === "up") return up;
  return over >= up ? up : -over;
}
