// Builds the renter's pages into `src/dashboard/dist`, served at /dashboard: hashed files of our own, no remote address, nothing inlined.
// The service worker is told which files there are, so that it can keep all of them.
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const WORKER = "sw.js";
/** What stands in the worker's source in place of the list. */
const PLACE = "NUMBERBOX_FILES";

/** Everything but the worker itself and what is loaded before it counts, in a fixed order. */
function listFiles(): Plugin {
  return {
    name: "numberbox-worker-files",
    enforce: "post",
    generateBundle(_options, bundle) {
      const worker = bundle[WORKER];
      if (worker?.type !== "chunk") return this.error("the service worker was not built");
      const files = Object.keys(bundle).filter((name) => name.startsWith("assets/"));
      const manifests = ["", ".de", ".es", ".ru"].map((language) => `manifest${language}.webmanifest`);
      const shown = ["./", "favicon.svg", ...manifests, "icon-192.png", ...files.sort()];
      if (!worker.code.includes(PLACE)) return this.error("the service worker has no place for the list of files");
      worker.code = worker.code.replace(PLACE, JSON.stringify(shown));
    },
  };
}

export default defineConfig({
  root: here("."),
  base: "/dashboard/",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  plugins: [listFiles()],
  resolve: { alias: { crypto: here("web-crypto.ts") } },
  build: {
    outDir: here("../dist"),
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
    rolldownOptions: {
      input: { index: here("index.html"), sw: here("worker/service-worker.ts") },
      output: {
        entryFileNames: (chunk) => (chunk.name === "sw" ? WORKER : "assets/[name]-[hash].js"),
        // Libraries change seldom: a phone keeps theirs when it fetches ours anew.
        codeSplitting: { groups: [{ name: "libraries", test: /node_modules/ }] },
      },
      // Our own modules do nothing by being there: a page fetches what it uses.
      treeshake: {
        moduleSideEffects: [{ test: /\/src\/(?!dashboard\/pages\/(?:main|styles|worker))/, sideEffects: false }],
      },
    },
  },
});
