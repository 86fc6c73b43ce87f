// The frame of the office: the way in, then pages on the right of the navigation. A session
// that ends meanwhile puts the way in over the page, which waits behind it with all that was
// typed.

import { effect } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";

import { Alert, Check, Hourglass, LogOut, Receipt, Star, WifiOff } from "../../components/icons";
import { Armchair, Bars, Building, Columns, Disk, Envelope, Overview, Person, Printer, Screens, Store, UserX, Users, Utensils } from "../components/icons";
import { Questions } from "../components/panel";
import { LanguageButton } from "../components/language";
import type { Right } from "../api";
import { network } from "../finding";
import { site } from "../house";
import { words } from "../language";
import { machine, sizeOf } from "../machine";
import { say, toast } from "../notice";
import { hrefOf, leave, redirect, route } from "../route";
import { arrive, gate, logOut, may, who } from "../session";
import { useShelves } from "../shelf";
import { roleWord } from "../staff";
import { AccountPage } from "./account";
import { CardsPage } from "./cards";
import { DashboardPage } from "./dashboard";
import { DevicesPage } from "./devices";
import { Gate } from "./gate";
import { GuestsPage } from "./guests";
import { HistoryPage } from "./history";
import { HousePage } from "./house";
import { MailPage } from "./mail";
import { BackupsPage } from "./backups";
import { MenuPage } from "./menu";
import { PrintersPage } from "./printers";
import { RatingsPage } from "./ratings";
import { SalesPage } from "./sales";
import { StaffPage } from "./staff";
import { SyncPage } from "./sync";
import { TablesPage } from "./tables";

/** An address changes when a router wants it. */
const CARDS_MS = 60_000;

interface Place {
  path: string;
  /** Under which tests find it, where that is not its path. */
  hook?: string;
  /** Whoever lacks it does not see the page. */
  right: Right | null;
  word: () => string;
  icon: () => ComponentChildren;
  page: () => ComponentChildren;
}

const PLACES: readonly Place[] = [
  { path: "dashboard", right: "see_reports", word: () => words.value.dashboard, icon: () => <Overview />, page: () => <DashboardPage /> },
  { path: "sales", right: "see_reports", word: () => words.value.sales, icon: () => <Columns />, page: () => <SalesPage /> },
  { path: "receipts", hook: "history", right: "see_reports", word: () => words.value.history, icon: () => <Receipt />, page: () => <HistoryPage /> },
  { path: "menu", right: "manage_menu", word: () => words.value.menu, icon: () => <Utensils />, page: () => <MenuPage /> },
  { path: "tables", right: "manage_tables", word: () => words.value.tables, icon: () => <Armchair />,
    page: () => (route.value[1] === "sheets" ? <CardsPage /> : <TablesPage />) },
  { path: "ratings", right: "see_reports", word: () => words.value.ratings, icon: () => <Star />, page: () => <RatingsPage /> },
  { path: "guests", right: "erase_guests", word: () => words.value.guests, icon: () => <UserX />, page: () => <GuestsPage /> },
  { path: "staff", right: "manage_staff", word: () => words.value.staff, icon: () => <Users />, page: () => <StaffPage /> },
  { path: "devices", right: "manage_devices", word: () => words.value.devices, icon: () => <Screens />, page: () => <DevicesPage /> },
  { path: "printers", right: "manage_printers", word: () => words.value.printers, icon: () => <Printer />, page: () => <PrintersPage /> },
  { path: "mail", right: "manage_mail", word: () => words.value.mailPage, icon: () => <Envelope />, page: () => <MailPage /> },
  { path: "sync", right: "see_reports", word: () => words.value.syncPage, icon: () => <Building />, page: () => <SyncPage /> },
  { path: "backups", right: "manage_site", word: () => words.value.backupsPage, icon: () => <Disk />, page: () => <BackupsPage /> },
  { path: "house", right: "manage_site", word: () => words.value.house, icon: () => <Store />, page: () => <HousePage /> },
  { path: "me", right: null, word: () => words.value.account, icon: () => <Person />, page: () => <AccountPage /> },
];

function here(): Place | undefined {
  return PLACES.find((place) => place.path === route.value[0] && (place.right === null || may(place.right)));
}

effect(() => {
  const place = gate.value === "in" ? here() : undefined;
  document.title = [place?.word(), site.value.value?.name ?? "kasir"].filter(Boolean).join(" · ");
});

export function OfficePage() {
  const state = gate.value;
  const session = who.value;
  return (
    <>
      {session && <Rooms key={session.employee.id} asleep={state !== "in"} />}
      {state === "out" && <Gate />}
      {(state === "asking" || state === "unreachable") && <Door closed={state === "unreachable"} />}
      <div class="toast-seat" role="status">{toast.value && <p class="toast" data-testid="toast"><Check /><span>{toast.value}</span></p>}</div>
    </>
  );
}

function Door({ closed }: { closed: boolean }) {
  const w = words.value;
  return (
    <main class="door">
      {closed ? (
        <div class="empty" data-testid="unreachable">
          <WifiOff size={32} />
          <h1>{w.unreachable}</h1>
          <button type="button" class="primary" onClick={() => void arrive()}>{w.tryAgain}</button>
        </div>
      ) : <div class="empty" aria-live="polite"><Hourglass size={32} /><p class="muted">{w.loading}</p></div>}
    </main>
  );
}

/** All behind the way in. */
function Rooms({ asleep }: { asleep: boolean }) {
  useShelves(0, site);
  const place = here();
  useEffect(() => {
    if (!place && !asleep) redirect(PLACES.find((one) => one.right === null || may(one.right))?.path ?? "me");
  }, [place, asleep]);
  return (
    <div class={`office${asleep ? " asleep" : ""}`} aria-hidden={asleep ? "true" : undefined}>
      <Rail at={place?.path} />
      <main class="office-main" data-testid={place ? `page-${place.hook ?? place.path}` : undefined}>
        {may("see_reports") && <DiskNote />}
        {may("manage_tables") && <CardsLost />}
        {place?.page()}
      </main>
      <Questions />
    </div>
  );
}

/** A look a minute: whoever has the office open hears in time. */
const DISK_FRESH_MS = 60_000;

/** Above every page, for as long as the till's disk wants room. */
function DiskNote() {
  const w = words.value;
  useShelves(DISK_FRESH_MS, machine);
  const disk = machine.value.value?.disk;
  if (!disk || disk.state === "ample") return null;
  const left = sizeOf(disk.free_bytes);
  const text = disk.state === "low" ? w.diskLow(left) : disk.state === "full" ? w.diskFull(left) : w.diskReadOnly;
  return (
    <p class={`note disk-note ${disk.state === "low" ? "is-waiting" : "is-wrong"}`} role="alert" data-testid="disk-note" data-state={disk.state}>
      <Alert /><span>{text}</span>
    </p>
  );
}

/** The printed cards lead nowhere: guests scan them in vain until somebody sees to it. */
function CardsLost() {
  const w = words.value;
  useShelves(CARDS_MS, network);
  const now = network.value.value;
  if (!now?.cards_lost) return null;
  return (
    <p class="fault cards-lost screen-only" role="alert" data-testid="cards-lost">
      <Alert /><span>{now.reachable ? w.cardsLost(now.cards ?? "", now.address) : w.cardsNoNetwork(now.cards ?? "")}</span>
    </p>
  );
}

function Rail({ at }: { at: string | undefined }) {
  const w = words.value;
  const session = who.value;
  const [open, setOpen] = useState(false);
  const places = PLACES.filter((place) => place.right === null || may(place.right));
  const where = route.value;
  useEffect(() => setOpen(false), [where]);
  const out = () => leave(() => void logOut().then((answer) => {
    if (!answer.ok) say(answer.problem.detail);
  }));
  return (
    <div class={`rail${open ? " open" : ""}`}>
      <div class="rail-head">
        <p class="rail-house"><b>{site.value.value?.name ?? "kasir"}</b><span class="muted small">{w.office}</span></p>
        <button type="button" class="plain rail-open" data-testid="nav" aria-expanded={open} aria-controls="rail-list" onClick={() => setOpen(!open)}>
          <Bars />{w.pages}
        </button>
      </div>
      <div class="rail-list" id="rail-list">
        <nav aria-label={w.pages}>
          <ul>
            {places.map((place) => (
              <li key={place.path}>
                <a class="rail-link" href={hrefOf(place.path)} data-testid={`nav-${place.hook ?? place.path}`} aria-current={place.path === at ? "page" : undefined}>
                  {place.icon()}<span>{place.word()}</span>
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <div class="rail-foot">
          {session && <p class="rail-who" data-testid="who"><b>{session.employee.name}</b><span class="muted small">{roleWord(session.employee.role)}</span></p>}
          <LanguageButton />
          <button type="button" class="quiet rail-out" data-testid="log-out" onClick={out}><LogOut /><span>{w.logOut}</span></button>
        </div>
      </div>
    </div>
  );
}
