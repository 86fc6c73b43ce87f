// What the page says of a connection, in both languages.

import { computed, effect, signal } from "@preact/signals";

import { keep, recall } from "../stores/memory";
import type { Language } from "../wire.gen";

/** From so many minutes on people count in days. */
const DAYS = 2 * 1_440;

const id = {
  switchTo: "English",
  title: "Uji sambungan ke kasir",
  running: "Sedang diuji; beberapa detik saja.",
  fine: "Sambungan perangkat ini baik.",
  slow: "Tersambung, tetapi ada yang perlu diperhatikan.",
  broken: "Perangkat ini tidak bisa memakai kasir dari sini.",
  again: "Uji lagi",
  page: "Halaman",
  pageFine: "Kasir mengirim halaman ini.",
  answer: "Jawaban kasir",
  answerFine: (ms: number) => `Menjawab dalam ${ms} ms.`,
  answerIll: "Kasir menjawab, tetapi tidak bisa menyimpan. Panggil manajer.",
  answerNone: "Kasir tidak menjawab.",
  answerAdvice: "Pastikan ponsel memakai Wi-Fi tempat ini, bukan data seluler. Bila ya: “isolasi klien”, “AP isolation” atau “jaringan tamu” di router memisahkan ponsel dari kasir; matikan, atau izinkan alamat kasir.",
  socket: "Saluran langsung",
  socketFine: "Terbuka; pesanan dan kabarnya lewat sini.",
  socketNone: "Tidak terbuka.",
  socketAdvice: "Halaman sampai, tetapi saluran langsung tertahan: biasanya VPN, penghemat data, atau proxy di ponsel ini. Matikan, lalu uji lagi.",
  pings: "Bolak-balik",
  pingsFine: (middle: number, worst: number) => `Sepuluh kali: biasanya ${middle} ms, paling lama ${worst} ms.`,
  pingsLost: (n: number) => `${n} dari sepuluh tidak kembali.`,
  pingsAdvice: "Sinyalnya lemah atau salurannya penuh. Mendekatlah ke router, atau pakai pita 5 GHz atau saluran lain.",
  resume: "Sambung lagi",
  resumeFine: "Setelah terputus, halaman melanjutkan dari yang terakhir dilihat.",
  resumeWhole: "Setelah terputus, halaman memuat ulang semuanya. Tidak ada yang hilang; hanya lebih lama.",
  resumeNone: "Setelah terputus, kasir tidak mau menyambung lagi.",
  resumeAdvice: "Router mungkin membatasi sambungan baru. Muat ulang router bila ini terjadi pada banyak ponsel.",
  clock: "Jam",
  clockFine: "Jam perangkat ini sama dengan jam kasir.",
  clockOff: (minutes: number) => (minutes < DAYS ? `Jam perangkat ini berbeda ${minutes} menit dari jam kasir.`
    : `Tanggal perangkat ini berbeda ${Math.round(minutes / 1_440)} hari dari tanggal kasir.`),
  clockAdvice: "Pesanan tidak terganggu. Periksa mana yang salah; jam kasir tercetak di struk.",
  storage: "Ingatan peramban",
  storageFine: "Keranjang dan pesanan yang belum terkirim disimpan di perangkat ini.",
  storageNone: "Peramban tidak mau menyimpan apa-apa.",
  storageAdvice: "Ini biasanya jendela penyamaran. Buka di jendela biasa supaya pesanan yang belum terkirim tidak hilang.",
};

const en: typeof id = {
  switchTo: "Bahasa Indonesia",
  title: "Test the connection to the till",
  running: "Testing; it takes some seconds.",
  fine: "This device's connection is good.",
  slow: "Connected, but there is something to look at.",
  broken: "This device cannot use the till from here.",
  again: "Test again",
  page: "Page",
  pageFine: "The till has sent this page.",
  answer: "The till's answer",
  answerFine: (ms: number) => `It answers within ${ms} ms.`,
  answerIll: "The till answers, but cannot store anything. Call the manager.",
  answerNone: "The till does not answer.",
  answerAdvice: "See that the phone uses this place's Wi-Fi, and not mobile data. If it does: “client isolation”, “AP isolation” or a “guest network” in the router keeps phones from the till; switch it off, or allow the till's address.",
  socket: "Direct line",
  socketFine: "It is open; orders and their news go through it.",
  socketNone: "It does not open.",
  socketAdvice: "The page gets through, but the direct line is held up: mostly a VPN, a data saver or a proxy on this phone. Switch it off and test again.",
  pings: "There and back",
  pingsFine: (middle: number, worst: number) => `Ten times: mostly ${middle} ms, at worst ${worst} ms.`,
  pingsLost: (n: number) => `${n} of ten did not come back.`,
  pingsAdvice: "The signal is weak, or its channel is full. Go nearer to the router, or use the 5 GHz band or another channel.",
  resume: "Coming back",
  resumeFine: "After a cut the page goes on from what it saw last.",
  resumeWhole: "After a cut the page loads everything anew. Nothing is lost; it takes longer.",
  resumeNone: "After a cut the till does not take this device back.",
  resumeAdvice: "The router may limit new connections. Restart it if many phones say so.",
  clock: "Clock",
  clockFine: "This device's clock and the till's agree.",
  clockOff: (minutes: number) => (minutes < DAYS ? `This device's clock is ${minutes} minutes off the till's.`
    : `This device's date is ${Math.round(minutes / 1_440)} days off the till's.`),
  clockAdvice: "Orders do not mind. See which one is wrong: the till's time stands on receipts.",
  storage: "The browser's memory",
  storageFine: "The cart and an order that is not sent yet are kept on this device.",
  storageNone: "The browser keeps nothing.",
  storageAdvice: "This is mostly a private window. Open the page in an ordinary one, so that an order that is not sent is not lost.",
};

/** The same key as on the other pages: a browser speaks one language. */
const KEY = "kasir.language";
const kept = recall(KEY);
export const language = signal<Language>(kept === "id" || kept === "en" ? kept : navigator.language.startsWith("en") ? "en" : "id");
export const words = computed(() => (language.value === "en" ? en : id));

export function choose(next: Language): void {
  language.value = next;
  keep(KEY, next);
}

effect(() => {
  document.documentElement.lang = language.value;
  document.title = words.value.title;
});
