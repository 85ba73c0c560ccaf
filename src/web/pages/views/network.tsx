// The machine's ways to a network: cables, Wi-Fi to choose, and the box's own access point. Nothing on a machine that somebody else looks after.

import { useState } from "preact/hooks";
import { Icon } from "../../../page-parts/index.ts";
import {
  type NetworkLink,
  type NetworkView,
  networkView,
  type WifiJoinReply,
  type WifiNetwork,
  type WifiScan,
  wifiScan,
} from "../../../protocol/index.ts";
import { NETWORK_PATH, networkApi, WIFI_PATH } from "../api-network.ts";
import { useSelect, useWords } from "../app-context.ts";
import { describeProblem } from "../describe.ts";
import { Fault } from "../parts/fault.tsx";
import { useResource } from "../parts/use-resource.ts";
import { useTask } from "../parts/use-task.ts";
import { ForgetDialog, JoinDialog } from "./wifi-dialogs.tsx";

const ASK_EVERY_MS = 5000;

function Link({ link }: { readonly link: NetworkLink }) {
  const words = useWords();
  const { kind, name, state, network, addresses } = link;
  return (
    <li class="network-link">
      <Icon name={state === "connected" ? "ready" : state === "connecting" ? "starting" : "stopped"} />
      <span>
        <strong>{words.t(`network.kind.${kind}`)}</strong> <span class="soft">{name}</span>{" "}
        {network ?? words.t(`network.state.${state}`)}
        {addresses.length > 0 && <span class="network-addresses">{addresses.join(" · ")}</span>}
      </span>
    </li>
  );
}

interface HeardProps {
  readonly network: WifiNetwork;
  readonly isSaved: boolean;
  readonly disabled: boolean;
  readonly onAsk: () => void;
}

function Heard({ network, isSaved, disabled, onAsk }: HeardProps) {
  const words = useWords();
  const { ssid, signal, security } = network;
  const isKnown = security !== "enterprise" && security !== "old";
  return (
    <li>
      <button type="button" class="wifi-network" disabled={disabled || !isKnown} onClick={onAsk}>
        <span class="wifi-name">{ssid}</span>
        <span class="soft">
          {words.t("network.signal", { n: signal })} · {words.t(`network.security.${security}`)}
          {isSaved ? ` · ${words.t("network.saved")}` : ""}
        </span>
      </button>
    </li>
  );
}

/** What there is to know while a choice is tried, and after it has failed. */
function Course({ view, left }: { readonly view: NetworkView; readonly left: WifiJoinReply | null }) {
  const words = useWords();
  const ssid = view.joining ?? left?.joining ?? null;
  if (left?.leaves_access_point === true && view.problem === null) {
    const own = view.access_point.ssid ?? "";
    return (
      <p role="status" class="network-course">
        {words.t("network.leaving", { ssid: left.joining, own })}
      </p>
    );
  }
  if (view.joining !== null)
    return (
      <p role="status" class="network-course">
        {words.t("network.joining", { ssid: ssid ?? "" })}
      </p>
    );
  return <Fault fault={view.problem === null ? null : describeProblem(words, { ...view.problem, context: {} })} />;
}

function AccessPoint({ view, onView }: { readonly view: NetworkView; readonly onView: () => void }) {
  const words = useWords();
  const { busy, problem, run } = useTask();
  const { state, ssid } = view.access_point;
  if (ssid === null) return null;
  const isOpen = state === "open" || state === "opening";
  const toggle = (): void =>
    void run(async () => {
      await networkApi.accessPoint(!isOpen);
      onView();
    });
  return (
    <div class="network-own">
      <p>
        <strong>{ssid}</strong> <span class="soft">{words.t(`network.own.${state}`)}</span>
      </p>
      <p class="soft">{words.t("network.own.text")}</p>
      <button
        type="button"
        class="small"
        disabled={busy || view.joining !== null || state === "closing"}
        onClick={toggle}
      >
        {words.t(isOpen ? "network.own.close" : "network.own.start")}
      </button>
      <Fault fault={problem} />
    </div>
  );
}

interface WifiProps {
  readonly view: NetworkView;
  readonly scan: WifiScan;
  readonly onScan: (scan: WifiScan) => void;
  readonly onAsk: (network: WifiNetwork | null) => void;
  readonly onForget: () => void;
}

function Wifi({ view, scan, onScan, onAsk, onForget }: WifiProps) {
  const words = useWords();
  const { busy, problem, run } = useTask();
  const isServing = view.access_point.state !== "closed";
  const isFree = view.joining === null;
  const search = (): void => void run(async () => onScan(await networkApi.scan()));
  const ago = useSelect((state) => (scan.at === null ? null : words.ago(state.now - scan.at)));
  return (
    <>
      <p class="soft">{ago === null ? words.t("network.none") : words.t("network.heard", { ago })}</p>
      <ul class="wifi-networks">
        {scan.networks.map((network) => (
          <Heard
            key={network.ssid}
            network={network}
            isSaved={network.ssid === view.saved}
            disabled={!isFree}
            onAsk={() => onAsk(network)}
          />
        ))}
      </ul>
      <div class="network-tools">
        <button type="button" class="small" disabled={busy || isServing || !isFree} onClick={search}>
          {words.t(busy ? "network.searching" : "network.search")}
        </button>
        <button type="button" class="small" disabled={!isFree} onClick={() => onAsk(null)}>
          {words.t("network.other")}
        </button>
        {view.saved !== null && (
          <button type="button" class="small quiet" disabled={!isFree} onClick={onForget}>
            {words.t("network.forget_one", { ssid: view.saved })}
          </button>
        )}
      </div>
      {isServing && <p class="soft">{words.t("network.serving")}</p>}
      <Fault fault={problem} />
    </>
  );
}

type Asked = { readonly kind: "join"; readonly network: WifiNetwork | null } | { readonly kind: "forget" };

/** The panel with all of it. */
export function Network() {
  const words = useWords();
  const { value: view, reload } = useResource(networkView, NETWORK_PATH, ASK_EVERY_MS);
  const isLookedAfter = view?.available === true;
  const { value: heard, reload: hear } = useResource(wifiScan, isLookedAfter ? WIFI_PATH : null, ASK_EVERY_MS * 2);
  const [asked, setAsked] = useState<Asked | null>(null);
  const [left, setLeft] = useState<WifiJoinReply | null>(null);
  if (view === null || !view.available) return null;
  const close = (): void => setAsked(null);
  return (
    <section class="panel network" aria-labelledby="machine-network">
      <h2 id="machine-network">{words.t("network.title")}</h2>
      <ul class="network-links">
        {view.links.map((link) => (
          <Link key={link.name} link={link} />
        ))}
      </ul>
      <Course view={view} left={left} />
      {view.radio === "ready" ? (
        <Wifi
          view={view}
          scan={heard ?? { at: null, networks: [] }}
          onScan={hear}
          onAsk={(network) => setAsked({ kind: "join", network })}
          onForget={() => setAsked({ kind: "forget" })}
        />
      ) : (
        <p class="soft">{words.t(`network.radio.${view.radio}`)}</p>
      )}
      <AccessPoint view={view} onView={reload} />
      {asked?.kind === "join" && (
        <JoinDialog
          network={asked.network}
          onClose={close}
          onJoining={(reply) => {
            close();
            setLeft(reply);
            reload();
          }}
        />
      )}
      {asked?.kind === "forget" && view.saved !== null && (
        <ForgetDialog
          ssid={view.saved}
          onClose={close}
          onForgotten={() => {
            close();
            reload();
          }}
        />
      )}
    </section>
  );
}
