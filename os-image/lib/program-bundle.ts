// The program in a few files: a start reads a dozen of them instead of two thousand, which spares a Pi seconds. Nothing is made short or
// renamed: what is on a box can be read, and a stack trace names the functions of the sources.

import { chmod, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { build, type InlineConfig, type Plugin } from "vite";

/** Where the bundle lies in a copy of the repository, and the file in it that is started. */
export const BUNDLE = "src/bin/bundle";
export const BUNDLE_START = "launch.js";

/** The threads: by whom each is started, what is started, and its file in the bundle. */
const THREADS = [
  {
    starter: "src/app/sound/sound-wire.ts",
    entry: "src/app/sound/worker.ts",
    asks: 'new URL("./worker.ts", import.meta.url)',
    file: "sound-worker.js",
  },
  {
    starter: "src/base/system-signatures.ts",
    entry: "src/base/system-signature-worker.ts",
    asks: 'new URL("./system-signature-worker.ts", import.meta.url)',
    file: "signature-worker.js",
  },
];

/**
 * Stay in `node_modules`: modules of machine code and what looks for them, Node-RED, which is a program of its own, and packages that
 * read files beside them or that Node warns of when they are not a dependency.
 */
const PACKAGES_APART = ["sqlite3", "serialport", "node-red", "pino", "ssh2-sftp-client", "grammy", "drachtio-srf"];

/** Files of the sources ask for what lies near them by `import.meta.url`: in the bundle they still do. */
function pathsOfSources(source: string, lies: string): Plugin {
  const simulators = join(source, "test/");
  return {
    name: "numberbox-paths-of-sources",
    enforce: "pre",
    // The simulators are in no image: they stay where they are, to be found there or not.
    resolveId(id, importer) {
      if (importer === undefined || !id.startsWith(".")) return null;
      const path = join(dirname(importer), id);
      return path.startsWith(simulators) ? { id: relative(lies, path), external: "absolute" } : null;
    },
    transform(code, id) {
      if (!id.startsWith(join(source, "src/")) || !code.includes("import.meta.url")) return null;
      const path = JSON.stringify(relative(lies, id));
      const moved = (text: string) => text.replaceAll("import.meta.url", `new URL(${path}, import.meta.url).href`);
      const thread = THREADS.find(({ starter }) => id === join(source, starter));
      if (thread === undefined) return moved(code);
      const { starter, asks, file } = thread;
      if (!code.includes(asks)) throw new Error(`${starter} does not start its thread by ${asks}`);
      return code.split(asks).map(moved).join(`new URL("./${file}", import.meta.url)`);
    },
  };
}

/**
 * Builds the program of `source`, a copy of the repository, into `folder`, which is emptied. `lies`: the folder in which it will lie when
 * it is started, beside or below the same sources and their `node_modules`; `folder` when left out. Returns the path of the file to start.
 */
export async function bundleProgram(options: {
  readonly source: string;
  readonly folder: string;
  readonly lies?: string;
}): Promise<string> {
  const { source, folder, lies = folder } = options;
  const common: InlineConfig = {
    configFile: false,
    root: source,
    logLevel: "error",
    plugins: [pathsOfSources(source, lies)],
    ssr: { target: "node", noExternal: true, external: PACKAGES_APART },
  };
  const into = { outDir: folder, target: "node24", minify: false } as const;
  const names = { entryFileNames: "[name].js", chunkFileNames: "[name]-[hash].js" };
  await build({
    ...common,
    build: { ...into, ssr: "src/bin/launch.mjs", emptyOutDir: true, rolldownOptions: { output: names } },
  });
  // A thread has a memory of its own: it gets what it needs and nothing that merely lies beside it.
  for (const { entry, file } of THREADS) {
    await build({
      ...common,
      build: {
        ...{ ...into, ssr: entry, emptyOutDir: false },
        rolldownOptions: {
          treeshake: { moduleSideEffects: (id) => id === join(source, entry) },
          output: { entryFileNames: file, codeSplitting: false },
        },
      },
    });
  }
  await writeFile(join(folder, "package.json"), '{"type":"module"}\n');
  const start = join(folder, BUNDLE_START);
  await chmod(start, 0o755);
  return start;
}
