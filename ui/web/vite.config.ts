// Builds the pages into dist/, which the hub carries inside its binary. Nothing inline may
// come out of here: the hub serves the pages under a CSP of 'self' only.

import preact from "@preact/preset-vite";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [preact({ prefreshEnabled: false })],
  // The guest's page lives at /t/<code>: its assets need absolute paths.
  base: "/",
  build: {
    // Old Androids in the dining room: their last Chrome is about 80.
    target: ["es2020", "chrome80", "safari13"],
    cssTarget: ["chrome80", "safari13"],
    // Browsers of that age preload modules by themselves.
    modulePreload: { polyfill: false },
    rollupOptions: { output: { chunkFileNames: "assets/common-[hash].js" } },
    assetsDir: "assets",
  },
  // Two builds, one after the other: what the office needs (and the first start, which is made of the
  // same parts) never changes what a phone loads; nor does the page that tries a connection.
  builder: {},
  environments: {
    client: { build: { rollupOptions: { input: ["index.html", "kitchen.html"] } } },
    // Into the same folder as the first, which has emptied it.
    trial: { consumer: "client", build: { emptyOutDir: false, rollupOptions: { input: ["test.html"] } } },
    office: { consumer: "client", build: { emptyOutDir: false, rollupOptions: { input: ["office.html", "setup.html"] } } },
  },
});
