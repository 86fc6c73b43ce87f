// The kitchen's page: enrol the screen, say who works, cook.

import { effect } from "@preact/signals";

import { Banner, LanguageButton } from "../components/bars";
import { ChefHat, Hourglass } from "../components/icons";
import { me } from "../socket";
import { words } from "../stores/language";
import { site } from "../stores/room";
import { Board } from "./board";
import { Enrol, LogIn } from "./enrol";

effect(() => {
  const house = site.value?.name;
  document.title = house ? `${words.value.kitchen} · ${house}` : words.value.kitchen;
});

export function KitchenPage() {
  const w = words.value;
  const who = me.value?.who;
  if (who === "employee") return <Board />;
  return (
    <div class="gate-page">
      <Banner text={w.offline} />
      <header class="gate-top">
        <p><ChefHat size={24} /><b>{site.value?.name ?? w.kitchen}</b></p>
        <LanguageButton />
      </header>
      {who === undefined
        ? <main class="empty" aria-live="polite"><Hourglass size={32} /><p class="muted">{w.loading}</p></main>
        : who === "device" ? <LogIn /> : <Enrol />}
    </div>
  );
}
