// The house: what stands on the receipt, how it charges, how it takes orders. What the numbers
// mean is worked out beside them on a bill of round sums.

import { AreaField, ChoiceField, MoneyField, SelectField, SwitchField, TextField } from "../components/fields";
import { Group, PageHead, SaveBar, Waits } from "../components/parts";
import { Photo } from "../components/photo";
import type { CashRounding, ConfirmRule, Language, Site } from "../api";
import { CURRENCIES, RUPIAH, figures, format, parseAmount, parseCount, parsePercent, percentFigures } from "../currency";
import type { Currency } from "../currency";
import { useDraft, useForm } from "../form";
import type { Faults } from "../form";
import { logo, removeLogo, saveSite, setLogo, site } from "../house";
import { words } from "../language";
import { reckon } from "../reckon";
import { useShelves } from "../shelf";
import { HERE, zonesElsewhere } from "../zones";

const NAME_MAX = 60;
const ADDRESS_MAX = 140;
/** Most portions of one line that anybody may order. */
const QUANTITY_MAX = 999;
/** How long guests are remembered in a house that never chose, and at most. */
const REMEMBER_USUAL = 90;
const REMEMBER_MAX = 3_650;
/** The restaurant tax's ceiling in Indonesia: UU 1/2022 art. 58. */
const TAX_CEILING = 1_000;

interface Typed {
  name: string;
  address: string;
  tax_id: string;
  language: Language;
  currency: string;
  timezone: string;
  dayStart: string;
  service: string;
  serviceOnTakeaway: boolean;
  tax: string;
  taxOnService: boolean;
  pricesInclude: boolean;
  step: string;
  mode: CashRounding["mode"];
  confirm: ConfirmRule;
  eraseAfter: string;
  quantityMax: string;
}

function currencyOf(code: string): Currency {
  return CURRENCIES.find((c) => c.code === code) ?? RUPIAH;
}

function clock(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
}

function typedOf(now: Site): Typed {
  const c = currencyOf(now.currency);
  return {
    name: now.name,
    address: now.address,
    tax_id: now.tax_id,
    language: now.language,
    currency: now.currency,
    timezone: now.timezone,
    dayStart: clock(now.day_start_min),
    service: percentFigures(now.tax.service, c),
    serviceOnTakeaway: now.tax.service_on_takeaway,
    tax: percentFigures(now.tax.tax, c),
    taxOnService: now.tax.tax_on_service,
    pricesInclude: now.tax.prices_include,
    step: figures(now.cash_rounding.step, c),
    mode: now.cash_rounding.mode,
    confirm: now.confirm,
    quantityMax: String(now.guest_quantity_max),
    eraseAfter: String(now.erase_after_days ?? REMEMBER_USUAL),
  };
}

/** What was typed as the hub takes it. Where it is wrong, what was there before stands in, so
 * that the example goes on. */
function read(typed: Typed, before: Site): { next: Site; faults: Faults<Typed> } {
  const w = words.value;
  const c = currencyOf(typed.currency);
  const faults: Faults<Typed> = {};
  const service = parsePercent(typed.service);
  const tax = parsePercent(typed.tax);
  const step = parseAmount(typed.step, c);
  const most = parseCount(typed.quantityMax);
  const remember = parseCount(typed.eraseAfter);
  const time = /^(\d\d):(\d\d)/.exec(typed.dayStart);
  if (typed.name.trim() === "") faults.name = w.fillIn;
  if (service === null) faults.service = w.percentForm;
  if (tax === null) faults.tax = w.percentForm;
  if (step === null || step < 1) faults.step = w.stepForm;
  if (most === null || most < 1 || most > QUANTITY_MAX) faults.quantityMax = w.quantityForm(QUANTITY_MAX);
  if (remember === null || remember < 1 || remember > REMEMBER_MAX) faults.eraseAfter = w.quantityForm(REMEMBER_MAX);
  if (!time) faults.dayStart = w.timeForm;
  const next: Site = {
    // Also what this page does not know.
    ...before,
    name: typed.name.trim(),
    address: typed.address.trim(),
    tax_id: typed.tax_id.trim(),
    currency: typed.currency,
    timezone: typed.timezone,
    day_start_min: time ? Number(time[1]) * 60 + Number(time[2]) : before.day_start_min,
    language: typed.language,
    tax: {
      ...before.tax,
      service: service ?? before.tax.service,
      service_on_takeaway: typed.serviceOnTakeaway,
      tax: tax ?? before.tax.tax,
      tax_on_service: typed.taxOnService,
      prices_include: typed.pricesInclude,
    },
    cash_rounding: { ...before.cash_rounding, step: step === null || step < 1 ? before.cash_rounding.step : step, mode: typed.mode },
    confirm: typed.confirm,
    guest_quantity_max: most ?? before.guest_quantity_max,
    erase_after_days: remember ?? before.erase_after_days ?? REMEMBER_USUAL,
  };
  return { next, faults };
}

export function HousePage() {
  const w = words.value;
  useShelves(0, site);
  return (
    <>
      <PageHead title={w.house} hint={w.houseHint} />
      <Waits on={[site]}>{() => site.value.value && <Form before={site.value.value} />}</Waits>
    </>
  );
}

function Form({ before }: { before: Site }) {
  const w = words.value;
  const draft = useDraft(typedOf(before));
  const typed = draft.now;
  const { next, faults: wrong } = read(typed, before);
  const form = useForm(draft, wrong, () => saveSite(next), w.houseSaved);
  const { faults } = form;
  const c = currencyOf(typed.currency);

  return (
    <form class="house" onSubmit={form.submit} noValidate data-testid="house-form">
      <Group title={w.groupName} hint={w.groupNameHint}>
        <TextField label={w.houseName} testid="house-name" value={typed.name} onValue={(name) => draft.set({ name })} max={NAME_MAX} fault={faults.name} />
        <AreaField label={w.houseAddress} testid="house-address" optional value={typed.address} onValue={(address) => draft.set({ address })} max={ADDRESS_MAX} rows={2} />
        <TextField label={w.taxId} testid="house-tax-id" optional value={typed.tax_id} onValue={(tax_id) => draft.set({ tax_id })} max={NAME_MAX} hint={w.taxIdHint} />
      </Group>

      <Group title={w.groupLogo} hint={w.groupLogoHint}>
        <Photo testid="logo" whole texts={{ hint: w.logoHint, removeTitle: w.removeLogoTitle, removeText: w.removeLogoText }}
          picture={logo.value} onChoose={setLogo} onRemove={removeLogo} />
      </Group>

      <Group title={w.groupTax} hint={w.groupTaxHint}
        aside={<Example site={next} currency={c} />}>
        <SwitchField label={w.pricesInclude} hint={w.pricesIncludeHint} testid="house-prices-include" on={typed.pricesInclude}
          onValue={(pricesInclude) => draft.set({ pricesInclude })} />
        <div class="pair">
          <TextField label={w.service} testid="house-service" inputMode="decimal" after="%" narrow value={typed.service} onValue={(service) => draft.set({ service })}
            hint={w.serviceHint} fault={faults.service} />
          <TextField label={w.tax} testid="house-tax" inputMode="decimal" after="%" narrow value={typed.tax} onValue={(tax) => draft.set({ tax })}
            hint={next.tax.tax > TAX_CEILING && typed.currency === RUPIAH.code ? w.taxAbove : w.taxHint} fault={faults.tax} />
        </div>
        <SwitchField label={w.taxOnService} hint={w.taxOnServiceHint} testid="house-tax-on-service" on={typed.taxOnService} onValue={(taxOnService) => draft.set({ taxOnService })} />
        <SwitchField label={w.serviceOnTakeaway} hint={w.serviceOnTakeawayHint} testid="house-service-takeaway" on={typed.serviceOnTakeaway}
          onValue={(serviceOnTakeaway) => draft.set({ serviceOnTakeaway })} />
        <div class="pair">
          <MoneyField label={w.roundTo} testid="house-step" narrow value={typed.step} onValue={(step) => draft.set({ step })} hint={w.roundToHint} fault={faults.step} />
          <SelectField label={w.roundMode} testid="house-mode" value={typed.mode} hint={w.roundModeHint}
            onValue={(mode) => draft.set({ mode: mode === "down" || mode === "up" ? mode : "nearest" })}>
            <option value="nearest">{w.roundNearest}</option>
            <option value="down">{w.roundDown}</option>
            <option value="up">{w.roundUp}</option>
          </SelectField>
        </div>
      </Group>

      <Group title={w.groupOrders} hint={w.groupOrdersHint}>
        <ChoiceField label={w.confirmRule} testid="house-confirm" value={typed.confirm}
          onValue={(rule) => draft.set({ confirm: rule === "always" || rule === "never" ? rule : "first_of_visit" })}
          options={[
            { value: "first_of_visit", label: w.confirmFirst, hint: w.confirmFirstHint },
            { value: "always", label: w.confirmAlways, hint: w.confirmAlwaysHint },
            { value: "never", label: w.confirmNever, hint: w.confirmNeverHint },
          ]} />
        <TextField label={w.quantityMax} testid="house-quantity-max" inputMode="numeric" narrow after={w.portions} value={typed.quantityMax}
          onValue={(quantityMax) => draft.set({ quantityMax })} hint={w.quantityMaxHint} fault={faults.quantityMax} />
      </Group>

      <Group title={w.groupPrivacy} hint={w.groupPrivacyHint}>
        <TextField label={w.eraseAfter} testid="house-erase-after" inputMode="numeric" narrow after={w.daysWord} value={typed.eraseAfter}
          onValue={(eraseAfter) => draft.set({ eraseAfter })} hint={w.eraseAfterHint} fault={faults.eraseAfter} />
      </Group>

      <Group title={w.groupPlace} hint={w.groupPlaceHint}>
        <ChoiceField label={w.houseLanguage} testid="house-language" row value={typed.language} hint={w.houseLanguageHint}
          onValue={(language) => draft.set({ language: language === "en" ? "en" : "id" })}
          options={[{ value: "id", label: "Bahasa Indonesia" }, { value: "en", label: "English" }]} />
        <div class="pair">
          <SelectField label={w.timezone} testid="house-timezone" value={typed.timezone} onValue={(timezone) => draft.set({ timezone })} fault={faults.timezone}>
            <optgroup label="Indonesia">{HERE.map(([zone, name]) => <option key={zone} value={zone}>{name}</option>)}</optgroup>
            <optgroup label={w.otherZones}>{zonesElsewhere(typed.timezone).map((zone) => <option key={zone} value={zone}>{zone}</option>)}</optgroup>
          </SelectField>
          <TextField label={w.dayStart} testid="house-day-start" type="time" narrow value={typed.dayStart} onValue={(dayStart) => draft.set({ dayStart })}
            hint={w.dayStartHint} fault={faults.dayStart} />
        </div>
        <SelectField label={w.currency} testid="house-currency" value={typed.currency} hint={typed.currency === before.currency ? undefined : w.currencyHint}
          onValue={(currency) => draft.set({ currency })} fault={faults.currency}>
          {CURRENCIES.map((one) => <option key={one.code} value={one.code}>{one.code} · {one.symbol}</option>)}
        </SelectField>
      </Group>

      <SaveBar form={form} testid="house" word={w.saveHouse} />
    </form>
  );
}

/** The same food eaten here and taken away, line by line. */
export function Example({ site: house, currency: c }: { site: Site; currency: Currency }) {
  const w = words.value;
  const amount = c.digits > 0 ? 100 * 10 ** c.digits : 100_000;
  const dine = reckon(amount, false, house.tax, house.cash_rounding);
  const away = reckon(amount, true, house.tax, house.cash_rounding);
  const included = house.tax.prices_include;
  const row = (label: string, one: number, two: number, id: string, strong = false) => (
    <tr class={strong ? "strong" : undefined}>
      <th scope="row">{label}</th>
      <td data-testid={`example-${id}`}>{format(one, c)}</td>
      <td data-testid={`example-${id}-away`}>{format(two, c)}</td>
    </tr>
  );
  const percent = (points: number) => `${percentFigures(points, c)}%`;
  return (
    <table class="example figures" data-testid="example">
      <caption>{w.example(format(amount, c))}</caption>
      <thead><tr><th scope="col"><span class="unseen">{w.groupTax}</span></th><th scope="col">{w.dineIn}</th><th scope="col">{w.takeaway}</th></tr></thead>
      <tbody>
        {row(included ? w.exampleBase : w.exampleItems, dine.net, away.net, "net")}
        {row(w.exampleService(percent(house.tax.service)), dine.service, away.service, "service")}
        {row(w.exampleTax(percent(house.tax.tax)), dine.tax, away.tax, "tax")}
        {row(w.exampleTotal, dine.total, away.total, "total", true)}
        {row(w.exampleRounding, dine.rounding, away.rounding, "rounding")}
        {row(w.exampleCash, dine.due, away.due, "due", true)}
      </tbody>
    </table>
  );
}
