// Which screens belong to the house, and where people are logged in.

import { useState } from "preact/hooks";

import { ChefHat, LogOut, Plus, Trash } from "../../components/icons";
import { Person, Screens } from "../components/icons";
import { Panel } from "../components/panel";
import { CodeCard, Empty, Fault, PageHead, Waits } from "../components/parts";
import type { Code, Device, OpenSession } from "../api";
import { devices, invite, removeDevice } from "../equipment";
import { useTask } from "../form";
import { address, moment } from "../house";
import { words } from "../language";
import { ask, say } from "../notice";
import { go, hrefOf, route } from "../route";
import { endSession, sessions } from "../session";
import { useShelves } from "../shelf";

/** A screen that enrols with the code shown appears by itself. */
const FRESH_MS = 10_000;

export function DevicesPage() {
  const w = words.value;
  useShelves(FRESH_MS, devices, sessions);
  return (
    <>
      <PageHead title={w.devices}>
        <a class="primary" href={hrefOf("devices", "new")} data-testid="device-new"><Plus />{w.addDevice}</a>
      </PageHead>
      <section class="block">
        <h2 class="block-title">{w.screens}</h2>
        <Waits on={[devices]}>
          {() => devices.value.value?.length === 0 ? <Empty icon={<Screens size={32} />} title={w.devicesEmpty} hint={w.devicesEmptyHint} /> : (
            <ul class="rows device-rows">{(devices.value.value ?? []).map((device) => <Row key={device.id} device={device} />)}</ul>
          )}
        </Waits>
      </section>
      <section class="block">
        <h2 class="block-title">{w.sessions}</h2>
        <p class="block-hint muted">{w.sessionsHint}</p>
        <Waits on={[sessions]}>{() => <SessionRows list={sessions.value.value ?? []} names />}</Waits>
      </section>
      {route.value[1] === "new" && <Invitation />}
    </>
  );
}

function Row({ device }: { device: Device }) {
  const w = words.value;
  const remove = () => ask({
    title: w.removeDeviceTitle(device.name),
    text: w.removeDeviceText,
    yes: w.removeDeviceYes,
    run: async () => {
      const answer = await removeDevice(device.id);
      if (answer.ok) say(w.removed(device.name));
      return answer;
    },
  });
  return (
    <li class="row" data-testid={`device-${device.id}`}>
      <span class="thumb">{device.built_in ? <Screens /> : <ChefHat />}</span>
      <div class="cell-main"><b>{device.name}</b>{device.built_in && <p class="muted small">{w.builtIn}</p>}</div>
      <span class="cell-time muted small">{device.built_in ? "" : w.enrolledOn(moment(device.enrolled_ms))}</span>
      <span class="cell-do">
        {!device.built_in && <button type="button" class="quiet danger" data-testid={`device-${device.id}-remove`} onClick={remove}><Trash />{w.removeDevice}</button>}
      </span>
    </li>
  );
}

/** Also on the user's own page, then without names. */
export function SessionRows({ list, names }: { list: OpenSession[]; names: boolean }) {
  const w = words.value;
  const end = (session: OpenSession) => ask({
    title: w.endSessionTitle(session.name, session.where),
    text: w.endSessionText,
    yes: w.endSession,
    run: async () => {
      const answer = await endSession(session.id);
      if (answer.ok) say(w.sessionClosed);
      return answer;
    },
  });
  return (
    <ul class="rows device-rows">
      {list.map((session) => (
        <li key={session.id} class="row" data-testid={`session-${session.id}`} data-state={session.current ? "current" : "other"}>
          <span class="thumb"><Person /></span>
          <div class="cell-main">
            <b>{names ? session.name : session.where}</b>
            {names && <p class="muted small">{session.where}</p>}
          </div>
          <span class="cell-time muted small">{w.since(moment(session.opened_ms))}</span>
          <span class="cell-do">
            {session.current
              ? <span class="mark is-done"><span>{w.thisOne}</span></span>
              : <button type="button" class="quiet" data-testid={`session-${session.id}-end`} onClick={() => end(session)}><LogOut />{w.endSession}</button>}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Invitation() {
  const w = words.value;
  const [code, setCode] = useState<Code | null>(null);
  const task = useTask();
  const make = async () => {
    const answer = await task.run(invite);
    if (answer.ok) setCode(answer.value);
  };
  return (
    <Panel title={w.addDevice} testid="device-panel" onClose={() => go("devices")}>
      <ol class="steps-list">
        <li>{w.enrolStep1}<p class="path">{address("/kitchen")}</p></li>
        <li>{w.enrolStep2}</li>
        <li>{w.enrolStep3}</li>
      </ol>
      {code && <CodeCard code={code.code} minutes={code.minutes} testid="device-code" hint={w.enrolOnce} />}
      <Fault text={task.fault} testid="device-fault" />
      <div class="button-row">
        <button type="button" class={code ? "plain" : "primary"} data-testid="device-invite" disabled={task.busy} onClick={() => void make()}>
          {task.busy ? w.oneMoment : code ? w.codeAgain : w.makeCode}
        </button>
      </div>
    </Panel>
  );
}
