// The browser's composition root: the only file here that touches address bar, storage, sockets and the other tabs.

import "./main-jitless.ts";
import { render } from "preact";
import { silentLogger } from "../../base/index.ts";
import { nobleSuite } from "../../envelope/index.ts";
import { applyTheme, browserClock, browserRandom, Store, speaker, storedTheme } from "../../page-parts/index.ts";
import {
  ACCOUNT_FOLDER,
  type DatabaseFolderPorts,
  type Folder,
  lockFreed,
  openDatabaseFolders,
} from "../../renter/index.ts";
import { AppContext } from "./app-context.ts";
import { keepLockAfter, storedLockAfter } from "./auto-lock.ts";
import { keepBackedUp, storedBackedUp } from "./backup-mark.ts";
import { Controller } from "./controller.ts";
import { TRANSLATIONS } from "./languages.ts";
import { registerWorker } from "./main-worker.ts";
import { manifestOf, viewOf } from "./routes.ts";
import { initialState } from "./state.ts";
import { en } from "./strings/en.ts";
import { SHELF_FOLDER } from "./vault-shelf.ts";
import { Root } from "./views/root.tsx";
import { Words } from "./words.ts";

const DATABASE = "numberbox-renter";

function folders(ports: DatabaseFolderPorts): (path: string) => Promise<Folder> {
  let opening: ReturnType<typeof openDatabaseFolders> | null = null;
  return async (path) => {
    opening ??= openDatabaseFolders(ports);
    return await (await opening)(path);
  };
}

function tabChannel() {
  const channel = new BroadcastChannel(DATABASE);
  return {
    tell: () => channel.postMessage("stored"),
    listen: (told: () => void) => {
      channel.onmessage = () => told();
    },
  };
}

/** The number on the icon of the installed app, where the platform has one. */
function showBadge(count: number): void {
  if (!("setAppBadge" in navigator)) return;
  const done = count === 0 ? navigator.clearAppBadge() : navigator.setAppBadge(count);
  done.catch(() => {});
}

/** A browser that says no keeps it all the same, until its disk is full. */
function keepData(): void {
  navigator.storage?.persist().catch(() => {});
}

/** Deleting the database would wait for other tabs; emptying it does not. */
function erase(): Promise<void> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(DATABASE);
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const database = opening.result;
      const transaction = database.transaction([...database.objectStoreNames], "readwrite");
      for (const name of database.objectStoreNames) transaction.objectStore(name).clear();
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error);
    };
  });
}

/** Goes on to a page; whoever comes back finds the one before where he left it. */
function showPath(path: string): void {
  history.replaceState({ y: scrollY }, "");
  history.pushState(null, "", path);
}

function start(target: HTMLElement): void {
  const ports: DatabaseFolderPorts = { databases: indexedDB, locks: navigator.locks, database: DATABASE };
  const openFolder = folders(ports);
  const wishes = {
    theme: storedTheme(localStorage),
    lockAfter: storedLockAfter(localStorage),
    isBackedUp: storedBackedUp(localStorage),
  };
  const store = new Store(initialState(viewOf(location.pathname), wishes, browserClock.now()));
  applyTheme(store.get().theme, localStorage, document.documentElement);
  const suite = nobleSuite;
  const controller = new Controller({
    ...{ store, clock: browserClock, random: browserRandom, suite, erase },
    session: {
      account: {
        ...{ suite, clock: browserClock, random: browserRandom, log: silentLogger, openFolder },
        relayUrl: location.origin,
      },
      tabs: tabChannel(),
      freed: (signal) => lockFreed(ports, ACCOUNT_FOLDER, signal),
      badge: showBadge,
    },
    openShelf: () => openFolder(SHELF_FOLDER),
    showTheme: (theme) => applyTheme(theme, localStorage, document.documentElement),
    showLanguage: (language) => speech.choose(language),
    keepLockAfter: (minutes) => keepLockAfter(minutes, localStorage),
    keepBackedUp: (isBackedUp) => keepBackedUp(isBackedUp, localStorage),
    keepData,
    showPath,
  });
  history.scrollRestoration = "manual";
  addEventListener("popstate", () => controller.show(viewOf(location.pathname)));
  for (const touch of ["pointerdown", "keydown"]) addEventListener(touch, () => controller.used(), { capture: true });
  addEventListener("online", () => controller.reconnect());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") void controller.lockIfDue();
    const { link, view } = store.get();
    if (document.visibilityState === "visible" && link === "broken") controller.reconnect();
    if (document.visibilityState === "hidden" && view.name === "inbox") void controller.seen();
  });
  const speech = speaker({
    ...{ english: en, translations: TRANSLATIONS, storage: localStorage, browser: navigator.languages },
    show: (texts, language) => {
      const words = new Words(texts, language);
      document.documentElement.lang = language;
      // What the installed app says of itself; its name and address are the same in every language.
      document.querySelector('link[rel="manifest"]')?.setAttribute("href", manifestOf(language));
      render(
        <AppContext.Provider value={{ store, controller, words }}>
          <Root />
        </AppContext.Provider>,
        target,
      );
    },
  });
  speech.start();
  controller.start().catch(() => store.update((state) => ({ ...state, phase: "new" })));
  registerWorker();
}

const target = document.getElementById("app");
if (target !== null) start(target);
