// What a renter's folder must do, wherever it is. Without a test runner, so that it can run inside a page too: each case throws what is
// wrong.

import type { Folder } from "../../src/renter/index.ts";

export interface FolderCase {
  readonly name: string;
  /** `open` opens the same folder again, as another tab or process does. */
  readonly run: (open: () => Promise<Folder>) => Promise<void>;
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

async function expectText(folder: Folder, name: string, wanted: string | null): Promise<void> {
  const found = await folder.read(name);
  const text = found === null ? null : new TextDecoder().decode(found);
  if (text !== wanted) throw new Error(`${name} holds ${JSON.stringify(text)} instead of ${JSON.stringify(wanted)}`);
}

function expect(truth: boolean, what: string): void {
  if (!truth) throw new Error(what);
}

export const folderCases: readonly FolderCase[] = [
  {
    name: "has no file that was never written",
    run: async (open) => expectText(await open(), "none", null),
  },
  {
    name: "replaces a file as a whole, longer by shorter and by nothing",
    run: async (open) => {
      const folder = await open();
      for (const text of ["a long first version", "second", ""]) {
        await folder.replace("state", bytes(text));
        await expectText(folder, "state", text);
      }
    },
  },
  {
    name: "appends at the end, to a file that is there and to one that is not",
    run: async (open) => {
      const folder = await open();
      for (const text of ["one", "two", "", "three"]) await folder.append("log", bytes(text));
      await expectText(folder, "log", "onetwothree");
      await folder.replace("log", bytes("new"));
      await folder.append("log", bytes("er"));
      await expectText(folder, "log", "newer");
    },
  },
  {
    name: "cuts a file at any byte, within and between what was appended, and appends behind the cut",
    run: async (open) => {
      const folder = await open();
      for (const size of [9, 7, 6, 5, 3, 1, 0]) {
        await folder.replace("log", bytes("abc"));
        for (const text of ["def", "ghi"]) await folder.append("log", bytes(text));
        await folder.truncate("log", size);
        await expectText(folder, "log", "abcdefghi".slice(0, size));
        await folder.append("log", bytes("X"));
        await expectText(folder, "log", `${"abcdefghi".slice(0, size)}X`);
      }
    },
  },
  {
    name: "keeps files apart, and shows what was written to whoever opens it next",
    run: async (open) => {
      const folder = await open();
      await folder.append("log", bytes("1"));
      await folder.append("log2", bytes("2"));
      await folder.replace("lo", bytes("3"));
      const again = await open();
      await expectText(again, "log", "1");
      await expectText(again, "log2", "2");
      await expectText(again, "lo", "3");
    },
  },
  {
    name: "does not change when the bytes that were handed over change later, and keeps every value of a byte",
    run: async (open) => {
      const folder = await open();
      const all = Uint8Array.from({ length: 256 }, (_, value) => value);
      const handed = all.slice();
      await folder.replace("all", handed);
      handed.fill(0);
      const found = await folder.read("all");
      expect(found?.length === 256 && found.every((value, at) => value === all[at]), "bytes were changed");
    },
  },
  {
    name: "gives its lock back, and again",
    run: async (open) => {
      const folder = await open();
      for (let round = 0; round < 2; round++) {
        const unlock = await folder.lock();
        expect(unlock !== null, "the lock was not given");
        await unlock?.();
      }
    },
  },
];
