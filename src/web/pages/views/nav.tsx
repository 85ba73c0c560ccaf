// The ways to the views: a column beside the content, a sheet where there is no room for one, and a row of the main ones on a phone.

import { useState } from "preact/hooks";
import { Icon } from "../../../page-parts/index.ts";
import { type FixedView, fixedViews, VIEW_GROUPS, VIEWS, type ViewGroup } from "../../shared/views.ts";
import { useSelect, useWords } from "../app-context.ts";
import { Dialog } from "../parts/dialog.tsx";
import { ViewLink } from "../parts/view-link.tsx";
import { REGISTRY } from "./registry.ts";

type NavView = Exclude<FixedView, "join">;

const isNavView = (view: FixedView): view is NavView => view !== "join";
const navViews = fixedViews.filter(isNavView);

/** The main views on a phone; the rest is behind the menu. */
const MAIN: readonly NavView[] = ["overview", "rentals", "chain"];

function useVisible(): readonly NavView[] {
  const scopes = useSelect((state) => state.user?.scopes ?? null);
  return navViews.filter((view) => scopes?.includes(VIEWS[view].scope) ?? false);
}

function NavLink({ view }: { readonly view: NavView }) {
  const words = useWords();
  const isCurrent = useSelect((state) => state.view === view);
  return (
    <ViewLink view={view} isCurrent={isCurrent}>
      <Icon name={REGISTRY[view].icon} />
      {words.t(`nav.${view}`)}
    </ViewLink>
  );
}

function Group({ group, views }: { readonly group: ViewGroup; readonly views: readonly NavView[] }) {
  const words = useWords();
  const mine = views.filter((view) => VIEWS[view].group === group);
  if (mine.length === 0) return null;
  return (
    <div class="nav-group">
      {group !== "home" && <p class="nav-title">{words.t(`nav.group.${group}`)}</p>}
      {mine.map((view) => (
        <NavLink key={view} view={view} />
      ))}
    </div>
  );
}

function Groups() {
  const views = useVisible();
  return (
    <>
      {VIEW_GROUPS.map((group) => (
        <Group key={group} group={group} views={views} />
      ))}
    </>
  );
}

/** Beside the content, where the window is wide enough. */
export function SideNav() {
  const words = useWords();
  return (
    <nav class="side-nav" aria-label={words.t("nav.label")}>
      <Groups />
    </nav>
  );
}

/** Every view in a sheet; a way chosen closes it. */
export function MenuButton({ class: name }: { readonly class: string }) {
  const words = useWords();
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button type="button" class={name} aria-haspopup="dialog" onClick={() => setOpen(true)}>
        <Icon name="menu" />
        <span>{words.t("nav.menu")}</span>
      </button>
      {isOpen && (
        <Dialog title={words.t("nav.label")} onClose={() => setOpen(false)}>
          {/* The links are what is operated; the click only passes by here. */}
          {/* biome-ignore lint/a11y/useKeyWithClickEvents lint/a11y/noStaticElementInteractions: see above */}
          <div class="menu-sheet" onClick={() => setOpen(false)}>
            <Groups />
          </div>
        </Dialog>
      )}
    </>
  );
}

/** Within the thumb's reach on a phone. */
export function BottomNav() {
  const words = useWords();
  const visible = useVisible();
  return (
    <nav class="bottom-nav" aria-label={words.t("nav.main")}>
      {MAIN.filter((view) => visible.includes(view)).map((view) => (
        <NavLink key={view} view={view} />
      ))}
      <MenuButton class="nav-menu" />
    </nav>
  );
}
