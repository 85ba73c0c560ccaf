// The program in a few files: a start reads a dozen of them instead of two thousand, which spares a Pi seconds. Nothing is made short or
// renamed: what is on a box can be read, and a stack trace names the functions of the sources.

import { chmod, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { build, type Plugin } from "vite";

/** Where the bundle lies in a copy of the repository, and the file in it that is started. */
export const BUNDLE = "src/bin/bundle";
export const BUNDLE_START = "launch.js";

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
      return code.replaceAll("import.meta.url", `new URL(${path}, import.meta.url).href`);
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
  await build({
    configFile: false,
    root: source,
    logLevel: "error",
    plugins: [pathsOfSources(source, lies)],
    ssr: { target: "node", noExternal: true, external: PACKAGES_APART },
    build: {
      ...{ ssr: "src/bin/launch.mjs", outDir: folder, emptyOutDir: true, target: "node24", minify: false },
      rolldownOptions: {
        output: { entryFileNames: "[name].js", chunkFileNames: "[name]-[hash].js" },
      },
    },
  });
  await writeFile(join(folder, "package.json"), '{"type":"module"}\n');
  const start = join(folder, BUNDLE_START);
  await chmod(start, 0o755);
  return start;
}
