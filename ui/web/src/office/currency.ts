// Amounts as people write and read them. Minor units inside, "Rp92.400" outside. The table
// repeats src/domain/money.rs.

export interface Currency {
  code: string;
  symbol: string;
  /** Decimal digits of the minor unit. */
  digits: number;
  thousands: string;
  decimal: string;
}

export const RUPIAH: Currency = { code: "IDR", symbol: "Rp", digits: 0, thousands: ".", decimal: "," };

export const CURRENCIES: readonly Currency[] = [
  RUPIAH,
  { code: "MYR", symbol: "RM", digits: 2, thousands: ",", decimal: "." },
  { code: "SGD", symbol: "S$", digits: 2, thousands: ",", decimal: "." },
  { code: "USD", symbol: "$", digits: 2, thousands: ",", decimal: "." },
  { code: "EUR", symbol: "€", digits: 2, thousands: ".", decimal: "," },
  { code: "JPY", symbol: "¥", digits: 0, thousands: ",", decimal: "." },
];

/** As large as the hub takes them. */
const MOST = 9_000_000_000_000;

/** "92.400": without the symbol. */
export function figures(amount: number, c: Currency): string {
  const digits = String(Math.abs(amount)).padStart(c.digits + 1, "0");
  const whole = digits.slice(0, digits.length - c.digits).replace(/\B(?=(\d{3})+$)/g, c.thousands);
  const cents = digits.slice(digits.length - c.digits);
  return `${amount < 0 ? "-" : ""}${whole}${c.digits > 0 ? c.decimal + cents : ""}`;
}

export function format(amount: number, c: Currency): string {
  return `${amount < 0 ? "-" : ""}${c.symbol}${figures(Math.abs(amount), c)}`;
}

/** "1,5" and 2 for 1.540.000: a figure short enough for an axis, and how many thousands of
 * thousands it counts. */
export function brief(amount: number, c: Currency, decimal: string): { figure: string; thousands: number } {
  let value = amount / 10 ** c.digits;
  let thousands = 0;
  while (Math.abs(value) >= 1_000 && thousands < 4) {
    value /= 1_000;
    thousands += 1;
  }
  return { figure: String(Math.round(value * 100) / 100).replace(".", decimal), thousands };
}

/** What was typed as an amount that is not negative; null when it is none. Groups have three
 * digits and the cents as many as the currency has, so a point and a comma mean what their
 * place says. */
export function parseAmount(text: string, c: Currency): number | null {
  const clean = text.replace(/\s/g, "").replace(c.symbol, "");
  const split = c.digits > 0 ? new RegExp(`^(.*)[.,](\\d{${c.digits}})$`).exec(clean) : null;
  const whole = split?.[1] ?? clean;
  if (!/^(\d+|\d{1,3}([.,]\d{3})+)$/.test(whole)) return null;
  const amount = Number(whole.replace(/[.,]/g, "") + (split?.[2] ?? "0".repeat(c.digits)));
  return amount <= MOST ? amount : null;
}

/** A whole number that is not negative; null when it is none. */
export function parseCount(text: string): number | null {
  const clean = text.trim();
  return /^\d{1,9}$/.test(clean) ? Number(clean) : null;
}

/** "7,5" or "7.5" in basis points, 0 to 100 %; null when it is none. */
export function parsePercent(text: string): number | null {
  const match = /^(\d{1,3})(?:[.,](\d{1,2}))?$/.exec(text.replace(/[\s%]/g, ""));
  if (!match?.[1]) return null;
  const points = Number(match[1]) * 100 + Number((match[2] ?? "").padEnd(2, "0"));
  return points <= 10_000 ? points : null;
}

/** 750 as "7,5". */
export function percentFigures(points: number, c: Currency): string {
  return String(points / 100).replace(".", c.decimal);
}
