// Time zones to choose from: Indonesia's three by the names people use, then every other that
// this browser knows.

export const HERE: readonly (readonly [string, string])[] = [
  ["Asia/Jakarta", "WIB · Asia/Jakarta"],
  ["Asia/Makassar", "WITA · Asia/Makassar"],
  ["Asia/Jayapura", "WIT · Asia/Jayapura"],
];

/** For browsers that cannot list them. */
const NEIGHBOURS = ["Asia/Dili", "Asia/Kuala_Lumpur", "Asia/Manila", "Asia/Singapore", "Asia/Bangkok", "Asia/Tokyo", "Australia/Darwin", "Europe/Berlin", "UTC"];

/** The zone in use is always among them. */
export function zonesElsewhere(inUse: string): string[] {
  const intl = Intl as { supportedValuesOf?: (key: "timeZone") => string[] };
  const all = new Set([...(intl.supportedValuesOf?.("timeZone") ?? NEIGHBOURS), inUse]);
  for (const [zone] of HERE) all.delete(zone);
  return [...all].sort();
}
