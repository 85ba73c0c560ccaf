// Runs in a page: the contract of a renter's folder over IndexedDB and Web Locks.

import { lockFreed, openDatabaseFolders } from "../../src/renter/index.ts";
import { folderCases } from "../contract/renter-folder.ts";

const ports = { databases: indexedDB, locks: navigator.locks, database: "contract" };

/** The first faults, by case; and what the lock does between tabs. */
async function run(): Promise<readonly string[]> {
  const faults: string[] = [];
  for (const [at, { name, run: check }] of folderCases.entries()) {
    // A database of its own connection each time, as another tab has.
    const open = async () => (await openDatabaseFolders(ports))(`case-${at}`);
    await check(open).catch((error: unknown) => faults.push(`${name}: ${String(error)}`));
  }
  return faults;
}

async function takeLock(): Promise<boolean> {
  const folder = await (await openDatabaseFolders(ports))("shared");
  return (await folder.lock()) !== null;
}

async function waitForLock(): Promise<boolean> {
  await lockFreed(ports, "shared", new AbortController().signal);
  return await takeLock();
}

Object.assign(globalThis, { contract: { run, takeLock, waitForLock } });
