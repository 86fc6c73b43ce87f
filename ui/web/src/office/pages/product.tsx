// One product: what guests see of it, what the house needs to know, its picture and its stock.

import { useState } from "preact/hooks";

import { Trash } from "../../components/icons";
import { AreaField, MoneyField, SelectField, SwitchField, TextField } from "../components/fields";
import { Panel } from "../components/panel";
import { Fault } from "../components/parts";
import { Photo } from "../components/photo";
import type { Product, ProductSettings } from "../api";
import { figures, parseAmount, parseCount } from "../currency";
import { useDraft, useTask } from "../form";
import type { Draft } from "../form";
import { currency, money } from "../house";
import { words } from "../language";
import { addProduct, categories, removePicture, removeProduct, saveProduct, setPicture, stationChoice, stations } from "../menu";
import { ask, say } from "../notice";
import { go } from "../route";
import { StockCard } from "./stock";

/** As long as the hub takes them. */
const NAME_MAX = 60;
const DESCRIPTION_MAX = 400;
const STATION_MAX = 24;
/** Choosing it lets the user name a new station. */
const NEW_STATION = "+";

interface Typed {
  category: string;
  name: string;
  price: string;
  cost: string;
  description: string;
  station: string;
  newStation: string;
  minStock: string;
  /** For a new product: whether it is counted, and what is there. */
  counted: boolean;
  stock: string;
}

function typedOf(product: Product | null): Typed {
  const c = currency.peek();
  const first = stations.value.peek()?.stations[0] ?? "kitchen";
  return {
    category: product?.category ?? categories.value.peek()?.[0]?.id ?? "",
    name: product?.name ?? "",
    price: product ? figures(product.price, c) : "",
    cost: product ? figures(product.cost, c) : "",
    description: product?.description ?? "",
    station: product?.station ?? first,
    newStation: "",
    minStock: String(product?.min_stock ?? 0),
    counted: false,
    stock: "",
  };
}

type Faults = Partial<Record<keyof Typed, string>>;

/** What was typed as the hub takes it, and what is wrong with it. */
function read(typed: Typed): { settings: ProductSettings; stock: number | null; faults: Faults } {
  const w = words.value;
  const c = currency.value;
  const faults: Faults = {};
  const price = parseAmount(typed.price, c);
  const cost = typed.cost.trim() === "" ? 0 : parseAmount(typed.cost, c);
  const min = typed.minStock.trim() === "" ? 0 : parseCount(typed.minStock);
  const stock = typed.counted ? parseCount(typed.stock) : null;
  const station = typed.station === NEW_STATION ? typed.newStation.trim().toLowerCase() : typed.station;
  if (typed.name.trim() === "") faults.name = w.fillIn;
  if (typed.category === "") faults.category = w.categoryFirst;
  if (price === null) faults.price = typed.price.trim() === "" ? w.fillIn : w.amountForm(figures(25_000, c));
  if (cost === null) faults.cost = w.amountForm(figures(25_000, c));
  if (min === null) faults.minStock = w.countForm;
  if (typed.counted && stock === null) faults.stock = w.countForm;
  if (!/^[a-z0-9-]{1,24}$/.test(station)) faults.newStation = w.stationForm;
  const settings = {
    category: typed.category, name: typed.name.trim(), price: price ?? 0, cost: cost ?? 0, description: typed.description.trim(), station, min_stock: min ?? 0,
  };
  return { settings, stock, faults };
}

export function ProductPanel({ product, onClose }: { product: Product | null; onClose: () => void }) {
  const w = words.value;
  const draft = useDraft(typedOf(product));
  const [tried, setTried] = useState(false);
  /** For a new product: its picture, which can be sent only once the product is there. */
  const [photo, setPhoto] = useState<Blob | null>(null);
  const task = useTask();
  const { settings, stock, faults } = read(draft.now);

  const submit = async (event: Event) => {
    event.preventDefault();
    setTried(true);
    if (Object.keys(faults).length > 0) {
      task.refuse(w.seeAbove);
      return;
    }
    if (product) {
      const answer = await task.run(() => saveProduct(product.id, settings));
      if (!answer.ok) return;
      draft.settle();
      say(w.saved(settings.name));
      onClose();
      return;
    }
    let late: string | null = null;
    const answer = await task.run(async () => {
      const added = await addProduct({ ...settings, stock });
      const sent = added.ok && photo ? await setPicture(added.value.product, photo) : null;
      if (sent?.ok === false) late = sent.problem.detail;
      return added;
    });
    if (!answer.ok) return;
    draft.settle();
    say(late === null ? w.added(settings.name) : w.addedNoPicture(settings.name, late));
    // Without its picture it stays open, where a picture can be chosen again.
    if (late === null) onClose();
    else go("menu", answer.value.product);
  };

  const remove = () => product && ask({
    title: w.removeProductTitle(product.name),
    text: w.removeProductText,
    yes: w.removeProductYes,
    run: async () => {
      const answer = await removeProduct(product.id);
      if (answer.ok) {
        draft.settle();
        say(w.removed(product.name));
        onClose();
      }
      return answer;
    },
  });

  const foot = (
    <>
      <Fault text={task.fault} testid="product-fault" />
      <div class="foot-row">
        {product && <button type="button" class="quiet danger" data-testid="product-remove" onClick={remove}><Trash />{w.removeProduct}</button>}
        <button type="submit" form="product-form" class="primary" data-testid="product-save" disabled={task.busy || (product !== null && !draft.changed)}>
          {task.busy ? w.oneMoment : product ? w.save : w.addProduct}
        </button>
      </div>
    </>
  );

  return (
    <Panel title={product?.name ?? w.newProduct} testid="product-panel" eager={!product} onClose={onClose} foot={foot}>
      <Photo testid="picture" texts={{ hint: w.pictureHint, removeTitle: w.removePictureTitle, removeText: w.removePictureText }}
        picture={product?.picture ?? null} onChoose={product ? (file) => setPicture(product.id, file) : null}
        onRemove={product ? () => removePicture(product.id) : null} onHold={setPhoto} />
      <form id="product-form" class="form" onSubmit={(e) => void submit(e)} noValidate>
        <Fields draft={draft} faults={tried ? faults : {}} fresh={!product} counted={product !== null && product.stock !== null} />
      </form>
      {product && <StockCard product={product} />}
    </Panel>
  );
}

function Fields({ draft, faults, fresh, counted }: { draft: Draft<Typed>; faults: Faults; fresh: boolean; counted: boolean }) {
  const w = words.value;
  const typed = draft.now;
  const all = stations.value.value?.stations ?? [];
  const known = typed.station === NEW_STATION || all.includes(typed.station) ? all : [...all, typed.station];
  const warn = (
    <TextField label={w.minStock} testid="product-min-stock" inputMode="numeric" value={typed.minStock} onValue={(minStock) => draft.set({ minStock })}
      hint={w.minStockHint} fault={faults.minStock} after={w.portions} />
  );
  return (
    <>
      <TextField label={w.name} testid="product-name" value={typed.name} onValue={(name) => draft.set({ name })} max={NAME_MAX} fault={faults.name} />
      <div class="pair">
        <MoneyField label={w.price} testid="product-price" value={typed.price} onValue={(price) => draft.set({ price })} fault={faults.price} />
        <MoneyField label={w.cost} testid="product-cost" optional value={typed.cost} onValue={(cost) => draft.set({ cost })} hint={margin(typed)} fault={faults.cost} />
      </div>
      <SelectField label={w.category} testid="product-category" value={typed.category} onValue={(category) => draft.set({ category })} fault={faults.category}>
        {(categories.value.value ?? []).map((c) => <option key={c.id} value={c.id}>{c.name}</option>)}
      </SelectField>
      <AreaField label={w.description} testid="product-description" optional value={typed.description} onValue={(description) => draft.set({ description })}
        max={DESCRIPTION_MAX} rows={3} hint={w.descriptionHint} />
      <div class="pair">
        <SelectField label={w.station} testid="product-station" value={typed.station} onValue={(station) => draft.set({ station })} hint={w.stationHint}>
          {known.map((name) => <option key={name} value={name}>{stationChoice(name)}</option>)}
          <option value={NEW_STATION}>{w.otherStation}</option>
        </SelectField>
        {typed.station === NEW_STATION && (
          <TextField label={w.stationName} testid="product-station-name" value={typed.newStation} onValue={(newStation) => draft.set({ newStation })}
            max={STATION_MAX} fault={faults.newStation} hint={w.stationForm} />
        )}
        {!fresh && counted && warn}
      </div>
      {fresh && <SwitchField label={w.countStock} hint={w.countStockHint} testid="product-counted" on={typed.counted} onValue={(on) => draft.set({ counted: on })} />}
      {fresh && typed.counted && (
        <div class="pair">
          <TextField label={w.onHand} testid="product-stock" inputMode="numeric" value={typed.stock} onValue={(stock) => draft.set({ stock })} fault={faults.stock} after={w.portions} />
          {warn}
        </div>
      )}
    </>
  );
}

/** What a portion leaves, when both amounts are there. */
function margin(typed: Typed): string {
  const w = words.value;
  const c = currency.value;
  const [price, cost] = [parseAmount(typed.price, c), parseAmount(typed.cost, c)];
  if (price === null || cost === null || price === 0 || cost === 0) return w.costHint;
  return w.margin(money(price - cost), `${Math.round(((price - cost) * 100) / price)}%`);
}
