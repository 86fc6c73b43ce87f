// The tables of the dining room and their codes.

import { call } from "./api";
import type { Answer, Table, TableSettings } from "./api";
import { network } from "./finding";
import { shelf, then } from "./shelf";

export const tables = shelf("/tables", (a: { tables: Table[] }) =>
  a.tables.sort((one, two) => one.area.localeCompare(two.area) || one.number.localeCompare(two.number, undefined, { numeric: true })));

function of(id: string): string {
  return `/tables/${encodeURIComponent(id)}`;
}

/** The picture of a table's code. A new code has a new path, so the old picture is not kept. */
export function qrOf(table: Table): string {
  return `/api/v1${of(table.id)}/qr.svg?of=${encodeURIComponent(table.path)}`;
}

export function addTable(settings: TableSettings): Promise<Answer<unknown>> {
  return then(call("POST", "/tables", settings), tables);
}

export function saveTable(id: string, settings: TableSettings): Promise<Answer<unknown>> {
  return then(call("PUT", of(id), settings), tables);
}

export function removeTable(id: string): Promise<Answer<unknown>> {
  return then(call("DELETE", of(id)), tables);
}

/** Slips with the tables' codes, where receipts come out. */
export function printSlips(ids: string[]): Promise<Answer<unknown>> {
  return then(call("POST", "/tables/slips", { tables: ids }), network);
}

/** Makes a new secret code: printed ones stop working. */
export function renewCode(id: string): Promise<Answer<unknown>> {
  return then(call("POST", `${of(id)}/code`), tables);
}
