// The guests' Wi-Fi, beside the cards that carry it: a phone joins by scanning.

import { useState } from "preact/hooks";

import { SecretField, SwitchField, TextField } from "../components/fields";
import { Fault } from "../components/parts";
import { Printer } from "../components/icons";
import { network, printWifi, removeWifi, saveWifi } from "../finding";
import { useTask } from "../form";
import { words } from "../language";
import { say } from "../notice";
import { may } from "../session";

const NAME_MAX = 32;
const PASSWORD_MAX = 64;

export function WifiCard() {
  const w = words.value;
  const kept = network.value.value?.wifi ?? null;
  const [open, setOpen] = useState(false);
  const task = useTask();
  const print = async () => {
    const answer = await task.run(printWifi);
    if (answer.ok) say(w.wifiPrinted);
  };
  const remove = async () => {
    const answer = await task.run(removeWifi);
    if (answer.ok) say(w.removed("Wi-Fi"));
  };
  return (
    <section class="subcard screen-only wifi" data-testid="wifi">
      <div>
        <h3>{w.wifi}</h3>
        <p class="muted">{kept ? w.wifiSet(kept.name) : w.wifiHint}</p>
      </div>
      <Fault text={task.fault} testid="wifi-fault" />
      {open
        ? <Form onDone={() => setOpen(false)} />
        : (
          <div class="button-row">
            {may("manage_site") && <button type="button" class="plain" data-testid="wifi-edit" onClick={() => setOpen(true)}>{kept ? w.wifiChange : w.wifiAdd}</button>}
            {kept && <button type="button" class="plain" data-testid="wifi-print" disabled={task.busy} onClick={() => void print()}><Printer />{w.wifiPrint}</button>}
            {kept && may("manage_site") && <button type="button" class="quiet danger" data-testid="wifi-remove" disabled={task.busy} onClick={() => void remove()}>{w.wifiRemove}</button>}
          </div>
        )}
    </section>
  );
}

function Form({ onDone }: { onDone: () => void }) {
  const w = words.value;
  const kept = network.value.value?.wifi ?? null;
  const [name, setName] = useState(kept?.name ?? "");
  const [password, setPassword] = useState("");
  const [shut, setShut] = useState(kept?.security !== "none");
  const [hidden, setHidden] = useState(kept?.hidden ?? false);
  const task = useTask();
  const submit = async (event: Event) => {
    event.preventDefault();
    const keeps = password === "" && kept?.has_password === true && kept.name === name;
    const security = shut ? "wpa" : "none";
    const answer = await task.run(() => saveWifi({ name, security, hidden, ...(keeps ? {} : { password }) }));
    if (!answer.ok) return;
    say(w.saved("Wi-Fi"));
    onDone();
  };
  return (
    <form class="form" onSubmit={(event) => void submit(event)} noValidate data-testid="wifi-form">
      <div class="pair">
        <TextField label={w.wifiName} testid="wifi-name" value={name} onValue={setName} max={NAME_MAX} hint={w.wifiNameHint} />
        {shut && <SecretField label={w.password} testid="wifi-password" value={password} onValue={setPassword} max={PASSWORD_MAX} autocomplete="off"
          hint={kept?.has_password ? w.wifiPasswordKept : w.wifiPasswordHint} />}
      </div>
      <SwitchField label={w.wifiShut} testid="wifi-shut" on={shut} onValue={setShut} />
      <SwitchField label={w.wifiHidden} testid="wifi-hidden" on={hidden} onValue={setHidden} />
      <Fault text={task.fault} testid="wifi-form-fault" />
      <div class="button-row">
        <button type="submit" class="primary" data-testid="wifi-save" disabled={task.busy}>{task.busy ? w.oneMoment : w.save}</button>
        <button type="button" class="quiet" onClick={onDone}>{w.cancel}</button>
      </div>
    </form>
  );
}
