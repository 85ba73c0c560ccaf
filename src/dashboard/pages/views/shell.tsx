// The frame around every view of an open account: bar, navigation, banner for a lost connection, notice.

import { useEffect, useRef } from "preact/hooks";
import { Icon, type IconName, Mark, NoticePlace } from "../../../page-parts/index.ts";
import { useApp, useSelect, useWords } from "../app-context.ts";
import { BackupBanner } from "../parts/backup-banner.tsx";
import { EndingBanners, EndingCount } from "../parts/ending-banner.tsx";
import { FindingBanner } from "../parts/finding.tsx";
import { ViewLink } from "../parts/frame.tsx";
import { pathOf } from "../routes.ts";
import { VIEWS, type View, type ViewName } from "../state.ts";
import { clockIn } from "../words.ts";
import { Account } from "./account.tsx";
import { Browse } from "./browse.tsx";
import { EscrowView } from "./escrow.tsx";
import { Inbox } from "./inbox.tsx";
import { Listing } from "./listing.tsx";
import { Order } from "./order.tsx";
import { Privacy } from "./privacy.tsx";
import { Renew } from "./renew.tsx";
import { Rentals } from "./rentals.tsx";
import { UpgradeView } from "./upgrade.tsx";

const ICONS: Readonly<Record<ViewName, IconName>> = {
  inbox: "received",
  browse: "plus",
  rentals: "number",
  account: "key",
  privacy: "info",
};

/** The view that a detail belongs to. */
const PARENT = {
  listing: "browse",
  order: "rentals",
  renew: "rentals",
  upgrade: "rentals",
  escrow: "rentals",
  scan: "inbox",
} as const;

function useCurrent(): ViewName {
  return useSelect(({ view }) => ("id" in view || view.name === "scan" ? PARENT[view.name] : view.name));
}

/** More than two digits do not fit beside the icon. */
const MOST_SHOWN = 99;

function FreshCount() {
  const words = useWords();
  const count = useSelect((state) => state.fresh.size);
  return count === 0 ? null : (
    <span class="nav-count">
      <span aria-hidden="true">{count > MOST_SHOWN ? `${MOST_SHOWN}+` : words.number(count)}</span>
      <span class="hidden">{words.t("nav.new", { n: count })}</span>
    </span>
  );
}

function SideNav() {
  const words = useWords();
  const current = useCurrent();
  return (
    <nav class="side-nav" aria-label={words.t("nav.label")}>
      <div class="nav-group">
        {VIEWS.map((name) => (
          <ViewLink key={name} view={{ name }} isCurrent={current === name}>
            <Icon name={ICONS[name]} />
            {words.t(`nav.${name}`)}
            {name === "inbox" && <FreshCount />}
            {name === "rentals" && <EndingCount />}
          </ViewLink>
        ))}
      </div>
    </nav>
  );
}

/** Shorter names, where there is less room. */
const SHORT = {
  inbox: "nav.inbox",
  browse: "nav.browse.short",
  rentals: "nav.rentals.short",
  account: "nav.account",
  privacy: "nav.privacy.short",
} as const;

function BottomNav() {
  const words = useWords();
  const current = useCurrent();
  return (
    <nav class="bottom-nav" aria-label={words.t("nav.label")}>
      {VIEWS.map((name) => (
        <ViewLink key={name} view={{ name }} isCurrent={current === name}>
          <Icon name={ICONS[name]} />
          {words.t(SHORT[name])}
          {name === "inbox" && <FreshCount />}
          {name === "rentals" && <EndingCount />}
        </ViewLink>
      ))}
    </nav>
  );
}

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

function Bar() {
  const { controller, words } = useApp();
  const theme = useSelect((state) => state.theme);
  return (
    <header class="bar">
      <div class="bar-brand">
        <Mark />
        <span>{words.t("app.name")}</span>
      </div>
      <div class="bar-tools">
        <LinkState />
        <button
          type="button"
          class="quiet square"
          title={words.t(`theme.${theme}`)}
          onClick={() => controller.turnTheme()}
        >
          <Icon name={theme} />
          <span class="hidden">{words.t(`theme.${theme}`)}</span>
        </button>
        <button type="button" class="quiet" onClick={() => void controller.lock()}>
          <Icon name="exit" />
          <span class="bar-word">{words.t("session.lock")}</span>
        </button>
      </div>
    </header>
  );
}

function Banner() {
  const { controller, words } = useApp();
  const link = useSelect((state) => state.link);
  const clockAhead = useSelect((state) => state.clockAhead);
  return (
    <div role="status">
      {link === "broken" && (
        <div class="banner">
          <Icon name="down" />
          <span>{words.t("link.banner")}</span>
          <button type="button" onClick={() => controller.reconnect()}>
            {words.t("link.retry")}
          </button>
        </div>
      )}
      {clockAhead !== 0 && (
        <div class="banner">
          <Icon name="info" />
          <span>{clockIn(words, clockAhead)}</span>
        </div>
      )}
      {link === "elsewhere" && (
        <div class="banner banner-calm">
          <Icon name="info" />
          <span>{words.t("link.elsewhere.banner")}</span>
        </div>
      )}
      <EndingBanners />
      <BackupBanner />
    </div>
  );
}

function Notices() {
  const { controller, words } = useApp();
  const notice = useSelect((state) => state.notice);
  return <NoticePlace notice={notice} close={words.t("app.notice.close")} onClose={() => controller.tell(null)} />;
}

function Shown({ view }: { readonly view: View }) {
  switch (view.name) {
    case "inbox":
    case "scan":
      return <Inbox />;
    case "browse":
      return <Browse />;
    case "rentals":
      return <Rentals />;
    case "account":
      return <Account />;
    case "privacy":
      return <Privacy />;
    case "listing":
      return <Listing key={view.id} id={view.id} />;
    case "renew":
      return <Renew key={view.id} id={view.id} />;
    case "upgrade":
      return <UpgradeView key={view.id} id={view.id} />;
    case "escrow":
      return <EscrowView key={view.id} id={view.id} />;
    case "order":
      return <Order key={view.id} id={view.id} />;
  }
}

/** Where a page was left, of what the browser keeps with it; its top for one that is new. */
function leftAt(state: unknown): number {
  return typeof state === "object" && state !== null && "y" in state && typeof state.y === "number" ? state.y : 0;
}

export function Shell() {
  const words = useWords();
  const view = useSelect((state) => state.view);
  const path = pathOf(view);
  const first = useRef(path);
  useEffect(() => {
    if (first.current !== path) scrollTo(0, leftAt(history.state));
    first.current = path;
  }, [path]);
  return (
    <div class="shell">
      <a class="skip" href="#content">
        {words.t("app.skip")}
      </a>
      <SideNav />
      <Bar />
      <div class="shell-main">
        <Banner />
        <FindingBanner />
        <main id="content" tabIndex={-1}>
          <Shown view={view} />
        </main>
      </div>
      <BottomNav />
      <Notices />
    </div>
  );
}
