// Builds the console's pages into `src/web/dist`: hashed files of our own, no remote address, nothing inlined (the CSP forbids it).
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: fileURLToPath(new URL("../dist", import.meta.url)),
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
    // Schemas do nothing by being there: a page fetches those that it parses with, and builds no others.
    rolldownOptions: {
      // What the first view needs comes in one file: each file of its own costs a slow machine a turn.
      output: { codeSplitting: { groups: [{ name: "first", tags: ["$initial"] }] } },
      treeshake: { moduleSideEffects: [{ test: /\/src\/(?:protocol|base|page-parts)\//, sideEffects: false }] },
    },
  },
});
