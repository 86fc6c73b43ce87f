// Generated from src/hub/wire.rs by `make types`. Do not edit.

export type ClientFrame = { "type": "hello", 
/**
 * Token of an enrolled device.
 */
device?: string, 
/**
 * Token of a guest's or an employee's session.
 */
session?: string, 
/**
 * The secret code of the table whose page this is.
 */
table?: string, seen?: Seen, language?: Language, } | { "type": "request", id: string, op: Op, } | { "type": "ping", };

export type Seen = { epoch: string, seq: number, };

export type Op = { "name": "device.enrol", code: string, screen: string, } | { "name": "house.found", code?: string, house: Founding, } | { "name": "setup.print", code?: string, printer: PrinterSettings, language: Language, } | { "name": "setup.code", } | { "name": "device.invite", } | { "name": "guest.join", table: string, guest: string, mail: string, phone: string, } | { "name": "guest.change", guest: string, mail: string, phone: string, } | { "name": "guest.erase", guests: Array<GuestId>, } | { "name": "guest.leave", } | { "name": "staff.log_in", employee: EmployeeId, pin: string, } | { "name": "staff.log_out", } | { "name": "order.place", order: string, place?: Place, lines: Array<NewLine>, } | { "name": "order.confirm", order: OrderId, } | { "name": "order.finish", order: OrderId, } | { "name": "order.cancel", order: OrderId, reason: string, made?: boolean, } | { "name": "line.move", order: OrderId, line: number, to: LineState, } | { "name": "bill.ask", visit?: VisitId, } | { "name": "visit.close", visit: VisitId, } | { "name": "bill.pay_cash", payment: string, visit: VisitId, total: Money, tendered: Money, } | { "name": "receipt.reprint", receipt: ReceiptId, } | { "name": "receipt.mail", receipt: ReceiptId, address?: string, } | { "name": "report.mail", from: BusinessDay, to: BusinessDay, address?: string, } | { "name": "ticket.reprint", order: OrderId, } | { "name": "product.sold_out", product: ProductId, sold_out: boolean, } | { "name": "clock.confirm", } | { "name": "product.rate", product: ProductId, stars: number, comment: string, } | { "name": "category.add", draft: CategoryDraft, } | { "name": "category.change", category: CategoryId, draft: CategoryDraft, } | { "name": "category.retire", category: CategoryId, } | { "name": "product.add", draft: ProductDraft, stock?: number, } | { "name": "product.change", product: ProductId, draft: ProductDraft, } | { "name": "product.retire", product: ProductId, } | { "name": "stock.set", product: ProductId, on_hand?: number, reason: string, } | { "name": "stock.deliver", product: ProductId, quantity: number, reason: string, } | { "name": "table.add", draft: TableDraft, } | { "name": "table.change", table: TableId, draft: TableDraft, } | { "name": "table.renew_code", table: TableId, } | { "name": "table.slips", tables: Array<TableId>, } | { "name": "table.retire", table: TableId, } | { "name": "employee.add", draft: EmployeeDraft, pin: string, } | { "name": "employee.change", employee: EmployeeId, draft: EmployeeDraft, active: boolean, pending?: boolean, } | { "name": "employee.set_pin", employee: EmployeeId, pin: string, } | { "name": "employee.password_code", employee: EmployeeId, } | { "name": "own.set_pin", old: string, pin: string, } | { "name": "own.set_password", old: string, password: string, } | { "name": "session.end", session: string, } | { "name": "printer.set", printer?: PrinterId, settings: PrinterSettings, } | { "name": "printer.remove", printer: PrinterId, } | { "name": "printer.test", printer: PrinterId, } | { "name": "paper.print", papers: string[], } | { "name": "paper.again", paper: string, printer?: PrinterId, } | { "name": "paper.move", papers: string[], printer: PrinterId, } | { "name": "paper.throw_away", papers: string[], } | { "name": "device.remove", device: DeviceId, } | { "name": "site.set", site: Site, } | { "name": "mail.set", settings: MailSettings, password?: string, } | { "name": "mail.test", address: string, } | { "name": "sync.set", settings: SyncSettings, password?: string, };

export type Founding = { site: Site, owner: OwnerDraft, printers?: Array<PrinterSettings>, 
/**
 * Tables are numbered from 1 through all of them.
 */
rooms?: Array<RoomDraft>, clock?: ClockWord, 
/**
 * Whether each table's code is printed where receipts come out.
 */
slips?: boolean, };

export type OwnerDraft = { name: string, 
/**
 * 4 to 8 digits.
 */
pin: string, 
/**
 * For the office; empty when there shall be none yet.
 */
password?: string, };

export type RoomDraft = { area: string, tables: number, seats: number, };

export type ClockWord = { "is": "unsaid" } | { "is": "right" } | { "is": "set", wall_ms: number, };

export type Place = { "at": "table", table: TableId, } | { "at": "new_party", table: TableId, } | { "at": "visit", visit: VisitId, } | { "at": "takeaway", guest: string, };

export type NewLine = { product: ProductId, quantity: number, note: string, };

export type CategoryDraft = { name: string, 
/**
 * 1 is the first on the menu; a new group comes last.
 */
position: number, };

export type ProductDraft = { category: CategoryId, name: string, price: Money, cost: Money, description: string, station: Station, 
/**
 * At or below this many left the product is low.
 */
min_stock: number, };

export type TableDraft = { number: string, area: string, seats: number, };

export type EmployeeDraft = { name: string, role: Role, 
/**
 * Where to write to; empty is nowhere, missing leaves it as it is.
 */
mail?: string, };

export type Site = { name: string, address: string, 
/**
 * NPWPD, the regional tax number; empty when there is none.
 */
tax_id: string, currency: Currency, 
/**
 * IANA name.
 */
timezone: string, 
/**
 * Minutes after midnight at which the business day begins.
 */
day_start_min: number, language: Language, tax: TaxProfile, cash_rounding: CashRounding, confirm: ConfirmRule, 
/**
 * Most portions of one line that a guest may order.
 */
guest_quantity_max: number, 
/**
 * How many days after their visit guests are forgotten: names, addresses, comments.
 */
erase_after_days?: number, 
/**
 * Hash of the house's logo, which is served at /pictures/HASH; none when it has none. It has
 * an operation of its own: changing the settings leaves it as it is.
 */
logo?: string, 
/**
 * The address that the tables' printed cards carry; none before any were printed. It is set by
 * printing them.
 */
cards?: string, };

export type TaxProfile = { 
/**
 * Share of the net for service; zero is none.
 */
service: Rate, 
/**
 * Whether food that is taken away pays for service too.
 */
service_on_takeaway: boolean, 
/**
 * Restaurant tax (PBJT).
 */
tax: Rate, 
/**
 * Whether the service charge is taxed as well.
 */
tax_on_service: boolean, 
/**
 * Whether menu prices already hold service and tax.
 */
prices_include: boolean, };

export type CashRounding = { 
/**
 * In minor units; at least 1.
 */
step: Money, mode: RoundingMode, };

export type RoundingMode = "down" | "nearest" | "up";

export type ConfirmRule = "always" | "first_of_visit" | "never";

export type PrinterSettings = { name: string, target: PrinterTarget, width: PaperWidth, 
/**
 * Stations whose tickets come out here.
 */
stations: Array<Station>, 
/**
 * Whether receipts come out here, and the drawer hangs on it.
 */
receipts: boolean, drawer: boolean, 
/**
 * Whoever never chose says nothing of what follows, as files from before it was kept.
 */
code_page?: CodePage, cutter?: Cutter, drawer_pin?: DrawerPin, 
/**
 * Who prints instead when it does not.
 */
backup?: Backup, 
/**
 * Whether every order comes out here whole, on one slip to check the plates against.
 */
checker?: boolean, 
/**
 * Tickets of one visit for one station that come within so many seconds are one paper; 0 prints
 * each at once.
 */
merge_s?: number, };

export type PrinterTarget = { "tcp": { host: string, port: number, } } | { "device": { path: string, } } | { "roll": { folder: string, } };

export type PaperWidth = "58" | "80" | "80-42";

export type CodePage = "ascii" | "pc437" | "pc850" | "pc852" | "pc858" | "pc860" | "pc863" | "pc865" | "pc866" | "windows1252";

export type Cutter = "none" | "full" | "partial";

export type DrawerPin = "2" | "5";

export type Backup = { printer: PrinterId, 
/**
 * How long a paper waits for the failing one, in seconds.
 */
after_s: number, };

export type MailSettings = { route: MailRoute, 
/**
 * The address that letters come from.
 */
from: string, 
/**
 * Where the owner's reports go.
 */
owner: Array<string>, };

export type MailRoute = "off" | { "smtp": { host: string, port: number, security: MailSecurity, 
/**
 * Empty when the server asks for nobody.
 */
user: string, 
/**
 * A file on this machine with the authority that a house's own server is signed by;
 * empty trusts the world's.
 */
ca_file: string, } } | { "folder": { path: string, } };

export type MailSecurity = "starttls" | "tls" | "none";

export type SyncSettings = { on: boolean, host: string, port: number, user: string, database: string, tls: SyncTls, 
/**
 * A file on this machine with the authority that the server is signed by; empty trusts the
 * world's.
 */
ca_file: string, };

export type SyncTls = "required" | "off";

export type HubFrame = { "type": "welcome", protocol: number, epoch: string, build: string, now_ms: number, } | { "type": "snapshot", epoch: string, seq: number, me: Me, changes: Array<Change>, 
/**
 * More of the snapshot follows as `events`; only the piece without it ends the
 * snapshot, and only then may `seq` be claimed as seen.
 */
more?: boolean, } | { "type": "events", seq: number, me?: Me, changes: Array<Change>, 
/**
 * As in `snapshot`.
 */
more?: boolean, } | { "type": "ack", id: string, seq: number, result: Outcome, } | { "type": "refused", id?: string, code: string, params: { [key in string]: string }, message: string, } | { "type": "pong", now_ms: number, } | { "type": "bye", code: string, message: string, };

export type Me = { "who": "stranger", table?: string, } | { "who": "guest", guest: GuestId, visit: VisitId, name: string, mail: string, phone: string, } | { "who": "device", name: string, } | { "who": "employee", employee: EmployeeId, name: string, role: Role, };

export type Change = { "kind": "site" } & SiteView | { "kind": "hub" } & HubView | { "kind": "category" } & CategoryView | { "kind": "product" } & ProductView | { "kind": "table" } & TableView | { "kind": "visit" } & VisitView | { "kind": "order" } & OrderView | { "kind": "receipt" } & ReceiptView | { "kind": "printer" } & PrinterView | { "kind": "employee" } & EmployeeView | { "kind": "gone" } & GoneView;

export type GoneView = { id: string, };

export type Outcome = { "kind": "done", } | { "kind": "device", token: string, } | { "kind": "invited", code: string, minutes: number, } | { "kind": "session", token: string, } | { "kind": "added", id: string, } | { "kind": "placed", order: OrderId, visit: VisitId, number: number, } | { "kind": "paid", receipt: ReceiptId, number: string, change: Money, };

export type SiteView = { name: string, address: string, 
/**
 * Path of the logo on the hub.
 */
logo: string | null, language: Language, money: MoneyView, service: Rate, service_on_takeaway: boolean, tax: Rate, prices_include: boolean, guest_quantity_max: number, 
/**
 * IANA name; screens show times in it.
 */
timezone: string, 
/**
 * Whether there is a house at all; until then everything here is a default.
 */
founded: boolean, };

export type MoneyView = { code: Currency, symbol: string, digits: number, thousands: string, decimal: string, 
/**
 * Banknotes, small to large.
 */
notes: Array<Money>, };

export type HubView = { day: BusinessDay, 
/**
 * A day that the clock claims and nobody has confirmed.
 */
doubtful_day: BusinessDay | null, clock_trusted: boolean, 
/**
 * Guests and screens that are connected.
 */
connections: number, mail: MailView, sync: SyncView, disk: DiskView, backup: BackupView, journal_copy: CopyView, 
/**
 * Where a browser on the network finds this machine: "http://192.168.1.10:8080".
 */
address: string, 
/**
 * Whether anybody but this machine can come by that address.
 */
reachable: boolean, 
/**
 * The address that the printed cards carry, if it leads nowhere any more.
 */
cards_lost: string | null, };

export type MailView = { on: boolean, waiting: number, 
/**
 * Today's that failed for good.
 */
failed: number, 
/**
 * Why the first that waits does.
 */
fault: string | null, };

export type SyncView = { on: boolean, 
/**
 * Events that are not there yet.
 */
waiting: number, 
/**
 * Since when nothing went up; none while all is well.
 */
since_ms: number | null, fault: SyncFault | null, };

export type SyncFault = "unreachable" | "refused" | "rejected" | "diverged";

export type DiskView = { state: DiskState, free_bytes: number, };

export type DiskState = "ample" | "low" | "full" | "read_only";

export type BackupView = { on: boolean, 
/**
 * When the last one was made and tried.
 */
last_ms: number | null, 
/**
 * What is wrong at a place that has none of this day, and since when.
 */
fault: BackupFault | null, since_ms: number | null, };

export type CopyView = { on: boolean, 
/**
 * Rows that are not there yet.
 */
waiting: number, fault: BackupFault | null, since_ms: number | null, };

export type BackupFault = "missing" | "same_medium" | "full" | "denied" | "unsealed" | "damaged" | "diverged" | "failed";

export type CategoryView = { id: CategoryId, name: string, position: number, };

export type ProductView = { id: ProductId, category: CategoryId, name: string, description: string, price: Money, 
/**
 * Path of the picture on the hub.
 */
picture: string | null, station: Station, 
/**
 * Whether it can be ordered now: neither switched off nor used up.
 */
available: boolean, 
/**
 * Mean of the guests' stars in tenths (47 is 4.7) and how many gave some; none before the
 * first.
 */
rating?: StarsView, 
/**
 * Only for staff: whether it is switched off by hand, and its count.
 */
sold_out?: boolean, stock?: StockView, };

export type StockView = { 
/**
 * Portions that may still be ordered.
 */
free: number, on_hand: number, low: boolean, };

export type StarsView = { tenths: number, count: number, };

export type TableView = { id: TableId, number: string, area: string, seats: number, state: TableState, 
/**
 * Open visits, oldest first.
 */
visits: Array<VisitId>, };

export type VisitView = { id: VisitId, seat: Seat, 
/**
 * "5", "5B", or the takeaway's number.
 */
place: string, open: boolean, bill_asked: boolean, guests: Array<GuestView>, 
/**
 * What is not paid yet, of orders in process or done.
 */
bill: Bill, 
/**
 * What cash would settle it: the rounding and the sum due.
 */
rounding: Money, due: Money, 
/**
 * Sums that people hand over for it, the exact one first.
 */
tenders: Array<Money>, 
/**
 * Orders that wait: they must be processed or cancelled before paying.
 */
waiting: number, 
/**
 * What was paid before.
 */
paid: Money, rated: Array<RatedView>, opened_ms: number, };

export type GuestView = { id: GuestId, name: string, };

export type RatedView = { guest: GuestId, product: ProductId, stars: number, };

export type OrderView = { id: OrderId, 
/**
 * The client's own id of it.
 */
uid: string, 
/**
 * The day's number.
 */
number: number, visit: VisitId, 
/**
 * "5", "5B", or the takeaway's number.
 */
place: string, takeaway: boolean, guest: GuestId | null, 
/**
 * Name of the guest or, when staff sent it, of the employee.
 */
who: string, state: OrderState, lines: Array<LineView>, 
/**
 * Sum of the lines as the menu prices them.
 */
amount: Money, placed_ms: number, 
/**
 * When it came to the state it is in.
 */
since_ms: number, 
/**
 * Lines that are ready or served, of all, in percent: the guest's progress bar.
 */
progress: number, paid: boolean, receipt: ReceiptId | null, reason: string, };

export type LineView = { no: number, product: ProductId, name: string, quantity: number, unit_price: Money, amount: Money, note: string, station: Station, state: LineState, };

export type ReceiptView = { id: ReceiptId, number: string, visit: VisitId, place: string, takeaway: boolean, cashier: string, at_ms: number, bill: Bill, settlement: Settlement, 
/**
 * How often it was printed again.
 */
copies: number, };

export type PrinterView = { id: PrinterId, name: string, stations: Array<Station>, receipts: boolean, 
/**
 * Documents that wait for it.
 */
waiting: number, 
/**
 * Why it does not print; none while all is well.
 */
fault: PrinterFault | null, 
/**
 * Since when, by the wall clock.
 */
since_ms: number | null, 
/**
 * There is little paper left; it goes on printing.
 */
paper_low: boolean, 
/**
 * Papers so old that somebody has to say whether they are printed; the oldest of them.
 */
old: string[], };

export type EmployeeView = { id: EmployeeId, name: string, role: Role, };

export type Bill = { 
/**
 * Sum of the lines as the menu prices them.
 */
subtotal: Money, 
/**
 * Taken off the subtotal; a positive amount.
 */
discount: Money, 
/**
 * What service and tax are reckoned on.
 */
net: Money, service: Money, tax: Money, 
/**
 * What is owed. Never rounded to coins: that belongs to the settlement.
 */
total: Money, };

export type Settlement = { 
/**
 * Added to the bill's total to make it payable; may be negative.
 */
rounding: Money, 
/**
 * Total plus rounding: what the guest owes in cash.
 */
due: Money, tendered: Money, 
/**
 * Reckoned from the rounded sum.
 */
change: Money, };

export type PrinterFault = "unreachable" | "refused" | "interrupted" | "stuck" | "no_device" | "paper_out" | "cover_open" | "offline" | "error";

export type OrderState = "waiting" | "in_process" | "done" | "cancelled";

export type LineState = "queued" | "cooking" | "ready" | "served";

export type TableState = "free" | "ordering" | "waiting" | "in_process" | "served" | "bill_asked";

export type Seat = { "table": { table: TableId, party: number, } } | { "takeaway": { number: number, } };

export type Role = "owner" | "manager" | "cashier" | "waiter" | "kitchen";

export type Language = "id" | "en";

export type OrderId = string;

export type ProductId = string;

export type VisitId = string;

export type TableId = string;

export type GuestId = string;

export type CategoryId = string;

export type ReceiptId = string;

export type EmployeeId = string;

export type PrinterId = string;

export type DeviceId = string;

export type Money = number;

export type Rate = number;

export type Currency = string;

export type Station = string;

export type BusinessDay = string;
