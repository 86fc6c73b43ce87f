// The beep of a new ticket. Browsers keep silent until somebody has touched the page.

import { signal } from "@preact/signals";

/** Whether a beep would be heard. */
export const audible = signal(false);

let context: AudioContext | null = null;

export function listenForFirstTouch(): void {
  const wake = () => {
    context ??= new AudioContext();
    void context.resume().then(() => {
      audible.value = context?.state === "running";
    });
  };
  // Each touch: a tablet that slept has suspended it again.
  window.addEventListener("pointerup", wake);
  window.addEventListener("keyup", wake);
}

/** Two rising tones for a new ticket, two falling ones for a cancelled. */
export function beep(kind: "new" | "cancelled"): void {
  if (!context || context.state !== "running") return;
  const tones = kind === "new" ? [880, 1320] : [660, 440];
  tones.forEach((tone, i) => {
    if (!context) return;
    const at = context.currentTime + i * 0.18;
    const voice = context.createOscillator();
    const loud = context.createGain();
    voice.frequency.value = tone;
    loud.gain.setValueAtTime(0.0001, at);
    loud.gain.exponentialRampToValueAtTime(0.4, at + 0.02);
    loud.gain.exponentialRampToValueAtTime(0.0001, at + 0.16);
    voice.connect(loud).connect(context.destination);
    voice.start(at);
    voice.stop(at + 0.18);
  });
}
