// The browser's composition root: with `browser-ports.ts` the only page file that touches clock, storage, address bar and sockets.

import { render } from "preact";
import { z } from "zod";
import { applyTheme, browserClock, browserRandom, Store, speaker, storedTheme } from "../../page-parts/index.ts";
import { api } from "./api.ts";
import { AppContext } from "./app-context.ts";
import { Controller } from "./controller.ts";
import { Translator } from "./i18n.ts";
import { TRANSLATIONS } from "./languages.ts";
import { pathOf, viewOf } from "./routes.ts";
import { initialState } from "./state.ts";
import { en } from "./strings/en.ts";
import { Root } from "./views/root.tsx";
import { browserVisits } from "./visits.ts";

function start(target: HTMLElement): void {
  // zod compiles its parsers with `new Function`, which the content security policy forbids.
  z.config({ jitless: true });
  const store = new Store(initialState(viewOf(location.pathname), storedTheme(localStorage)));
  const controller = new Controller({
    store,
    api,
    clock: browserClock,
    random: browserRandom,
    visits: browserVisits(localStorage),
    openFeed: () => new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/api/v1/live`),
    showTheme: (theme) => applyTheme(theme, localStorage, document.documentElement),
    showLanguage: (language) => speech.choose(language),
    showPath: (view) => history.pushState(null, "", pathOf(view)),
  });
  addEventListener("popstate", () => controller.show(viewOf(location.pathname)));
  addEventListener("online", () => controller.reconnect());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") controller.reconnect();
  });
  const speech = speaker({
    ...{ english: en, translations: TRANSLATIONS, storage: localStorage, browser: navigator.languages },
    show: (texts, language) => {
      const words = new Translator(texts, language);
      document.documentElement.lang = language;
      render(
        <AppContext.Provider value={{ store, controller, words }}>
          <Root />
        </AppContext.Provider>,
        target,
      );
    },
  });
  controller.start();
  speech.start();
}

const target = document.getElementById("app");
if (target !== null) start(target);
