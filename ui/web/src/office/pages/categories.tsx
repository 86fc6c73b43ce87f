// The order in which guests read the menu: categories moved, renamed, added, taken away.

import { useState } from "preact/hooks";

import { Plus, Trash } from "../../components/icons";
import { TextField } from "../components/fields";
import { ArrowDown, ArrowUp } from "../components/icons";
import { Panel } from "../components/panel";
import { Fault } from "../components/parts";
import type { Category } from "../api";
import { useTask } from "../form";
import { words } from "../language";
import { addCategory, categories, removeCategory, saveCategory } from "../menu";
import { ask, say } from "../notice";

const NAME_MAX = 60;

export function CategoriesPanel({ onClose }: { onClose: () => void }) {
  const w = words.value;
  const [name, setName] = useState("");
  const task = useTask();
  const list = categories.value.value ?? [];
  const add = async (event: Event) => {
    event.preventDefault();
    if (name.trim() === "") return;
    const answer = await task.run(() => addCategory(name.trim()));
    if (!answer.ok) return;
    say(w.added(name.trim()));
    setName("");
  };
  return (
    <Panel title={w.categories} hint={w.categoriesHint} testid="categories-panel" onClose={onClose}>
      {list.length === 0 && <p class="muted">{w.categoriesEmpty}</p>}
      <ol class="rows plain-rows">
        {list.map((category, i) => <Line key={category.id} category={category} place={i + 1} last={i === list.length - 1} />)}
      </ol>
      <form class="form add-line" onSubmit={(e) => void add(e)} noValidate>
        <TextField label={w.newCategory} testid="category-name" value={name} onValue={setName} max={NAME_MAX} />
        <button type="submit" class="plain strong" data-testid="category-add" disabled={task.busy || name.trim() === ""}><Plus />{w.addCategory}</button>
      </form>
      <Fault text={task.fault} testid="category-fault" />
    </Panel>
  );
}

function Line({ category, place, last }: { category: Category; place: number; last: boolean }) {
  const w = words.value;
  const [name, setName] = useState<string | null>(null);
  const task = useTask();
  const { id } = category;
  const rename = async (event: Event) => {
    event.preventDefault();
    if (name === null || name.trim() === "") return;
    const answer = await task.run(() => saveCategory(id, name.trim(), place));
    if (!answer.ok) return;
    say(w.saved(name.trim()));
    setName(null);
  };
  const remove = () => ask({
    title: w.removeCategoryTitle(category.name),
    text: w.removeCategoryText,
    yes: w.removeCategoryYes,
    run: () => removeCategory(id),
  });
  return (
    <li class="row category-row" data-testid={`category-${id}`}>
      <span class="button-row tight">
        <button type="button" class="quiet round" data-testid={`category-${id}-up`} aria-label={w.moveUp(category.name)} disabled={place === 1 || task.busy}
          onClick={() => void task.run(() => saveCategory(id, category.name, place - 1))}><ArrowUp /></button>
        <button type="button" class="quiet round" data-testid={`category-${id}-down`} aria-label={w.moveDown(category.name)} disabled={last || task.busy}
          onClick={() => void task.run(() => saveCategory(id, category.name, place + 1))}><ArrowDown /></button>
      </span>
      {name === null ? (
        <>
          <div class="cell-main"><b>{category.name}</b><p class="muted small">{w.productCount(category.products)}</p></div>
          <span class="button-row tight">
            <button type="button" class="quiet" data-testid={`category-${id}-rename`} onClick={() => setName(category.name)}>{w.rename}</button>
            <button type="button" class="quiet round" data-testid={`category-${id}-remove`} aria-label={w.removeOf(category.name)} onClick={remove}><Trash /></button>
          </span>
        </>
      ) : (
        <form class="inline-form" onSubmit={(e) => void rename(e)} noValidate>
          <input type="text" data-testid={`category-${id}-name`} aria-label={w.name} value={name} maxLength={NAME_MAX} onInput={(e) => setName(e.currentTarget.value)} />
          <button type="submit" class="plain strong" data-testid={`category-${id}-save`} disabled={task.busy || name.trim() === ""}>{w.save}</button>
          <button type="button" class="quiet" onClick={() => setName(null)}>{w.cancel}</button>
        </form>
      )}
      <div class="row-fault"><Fault text={task.fault} testid={`category-${id}-fault`} /></div>
    </li>
  );
}
