// The frame around every view of the signed-in owner: bar, navigation, banner for a lost connection, notice.

import { useEffect, useRef } from "preact/hooks";
import { Icon, type IconName, Mark, NoticePlace, nextTheme } from "../../../page-parts/index.ts";
import { useApp, useSelect, useWords } from "../app-context.ts";
import { Lazy } from "../parts/lazy.tsx";
import { ViewLink } from "../parts/view-link.tsx";
import { isFixed, slotOf } from "../routes.ts";
import type { View } from "../state.ts";
import { BottomNav, MenuButton, SideNav } from "./nav.tsx";
import { loadSlotPage, REGISTRY } from "./registry.ts";

function LinkState() {
  const words = useWords();
  const link = useSelect((state) => state.link);
  return (
    <span class={`link link-${link}`} role="status">
      <span class="link-dot" aria-hidden="true" />
      {words.t(`link.${link}`)}
    </span>
  );
}

function ThemeButton() {
  const { controller, words } = useApp();
  const theme = useSelect((state) => state.theme);
  const icon: IconName = theme;
  return (
    <button
      type="button"
      class="quiet square"
      title={words.t(`theme.${theme}`)}
      onClick={() => controller.setTheme(nextTheme(theme))}
    >
      <Icon name={icon} />
      <span class="hidden">{words.t(`theme.${theme}`)}</span>
    </button>
  );
}

function AccountLink() {
  const words = useWords();
  const name = useSelect((state) => state.user?.name ?? "");
  const isCurrent = useSelect((state) => state.view === "account");
  return (
    <ViewLink view="account" class="bar-account" isCurrent={isCurrent} title={words.t("account.menu", { name })}>
      <Icon name="person" />
      <span class="hidden">{words.t("account.menu", { name })}</span>
    </ViewLink>
  );
}

function Bar() {
  const { controller, words } = useApp();
  return (
    <header class="bar">
      <div class="bar-brand">
        <Mark />
        <span>{words.t("app.name")}</span>
      </div>
      <MenuButton class="quiet bar-menu" />
      <div class="bar-tools">
        <LinkState />
        <ThemeButton />
        <AccountLink />
        <button type="button" class="quiet" onClick={() => void controller.signOut()}>
          <Icon name="exit" />
          <span class="bar-word">{words.t("session.sign_out")}</span>
        </button>
      </div>
    </header>
  );
}

function Banner() {
  const { controller, words } = useApp();
  const isBroken = useSelect((state) => state.link === "broken");
  const isRestarting = useSelect((state) => state.restarting);
  return (
    <div role="alert">
      {isBroken && isRestarting && (
        <div class="banner">
          <Icon name="starting" />
          <span>{words.t("settings.restarting")}</span>
        </div>
      )}
      {isBroken && !isRestarting && (
        <div class="banner">
          <Icon name="down" />
          <span>{words.t("link.banner")}</span>
          <button type="button" onClick={() => controller.reconnect()}>
            {words.t("link.retry")}
          </button>
        </div>
      )}
    </div>
  );
}

function Notices() {
  const { controller, words } = useApp();
  const notice = useSelect((state) => state.notice);
  return <NoticePlace notice={notice} close={words.t("notice.close")} onClose={() => controller.tell(null)} />;
}

function ViewOf({ view }: { readonly view: View }) {
  const slot = slotOf(view);
  if (slot !== null) {
    return (
      <Lazy key="slot" load={loadSlotPage}>
        {(Page) => <Page key={slot} id={slot} />}
      </Lazy>
    );
  }
  if (!isFixed(view) || view === "join") return null;
  const { view: registered } = REGISTRY[view];
  if ("now" in registered) return <registered.now key={view} />;
  return (
    <Lazy key={view} load={registered.load}>
      {(Shown) => <Shown />}
    </Lazy>
  );
}

/** After a change of view a screen reader goes on at the new content; who comes back from a slot, at its card. */
function useFocusOfView(view: View) {
  const main = useRef<HTMLElement>(null);
  const shown = useRef(view);
  useEffect(() => {
    if (shown.current === view) return;
    const from = slotOf(shown.current);
    shown.current = view;
    const card = view === "overview" && from !== null ? document.getElementById(`open-${from}`) : null;
    if (card !== null) return card.focus();
    main.current?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, [view]);
  return main;
}

function CurrentView() {
  const view = useSelect((state) => state.view);
  const hasBox = useSelect((state) => state.box !== null);
  const words = useWords();
  const main = useFocusOfView(view);
  return (
    <main id="content" ref={main} tabIndex={-1}>
      {!hasBox && (
        <p class="loading" role="status">
          {words.t("app.loading")}
        </p>
      )}
      {hasBox && <ViewOf view={view} />}
    </main>
  );
}

export function Shell() {
  const words = useWords();
  return (
    <div class="shell">
      <a class="skip" href="#content">
        {words.t("app.skip")}
      </a>
      <SideNav />
      <Bar />
      <div class="shell-main">
        <Banner />
        <CurrentView />
      </div>
      <BottomNav />
      <Notices />
    </div>
  );
}
