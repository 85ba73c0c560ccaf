// Updates of the system: what runs, what is offered, a bundle by hand or from a stick, how it goes, and how it ended.

import { useState } from "preact/hooks";
import { Icon } from "../../../page-parts/index.ts";
import { type UpdateInstall, type UpdateView, updateView } from "../../../protocol/index.ts";
import { updateApi } from "../api-update.ts";
import { useApp, useWords } from "../app-context.ts";
import { Fact } from "../parts/fact.tsx";
import { Fault } from "../parts/fault.tsx";
import { useResource } from "../parts/use-resource.ts";
import { useTask } from "../parts/use-task.ts";

type Phase = UpdateView["phase"];
interface PartProps {
  readonly view: UpdateView;
  readonly onChange: () => void;
}

const ASK_EVERY_MS = 2000;
const BUSY: ReadonlySet<Phase> = new Set(["downloading", "checking", "installing", "restarting", "trying"]);
const mega = (bytes: number): number => Math.max(1, Math.round(bytes / 1_000_000));

function useProblem() {
  const words = useWords();
  return (code: string): string => words.find(`problem.${code}`) ?? code;
}

/** What goes on, with a bar where its end is known. */
function Progress({ view }: { readonly view: UpdateView }) {
  const words = useWords();
  const problemOf = useProblem();
  const { phase, percent, target, waits_for: waits, problem } = view;
  const nameOf = (what: string): string => words.find(`update.wait.${what}`) ?? what;
  const fault =
    problem === null ? null : (
      <p class="update-problem">
        <Icon name="down" /> {problemOf(problem)}
      </p>
    );
  if (phase === "idle") return <div role="status">{fault}</div>;
  return (
    <div class="update-progress" role="status">
      <p>
        <strong>{words.t(`update.phase.${phase}`, { version: target ?? "" })}</strong>
        {percent !== null && <span class="figure"> {words.t("update.percent", { n: percent })}</span>}
      </p>
      {percent !== null && (
        <progress max={100} value={percent} aria-label={words.t(`update.phase.${phase}`, { version: target ?? "" })} />
      )}
      {phase === "trying" && (
        <p class="soft">
          {waits.length === 0
            ? words.t("update.steady")
            : words.t("update.waits", { what: waits.map(nameOf).join(", ") })}
        </p>
      )}
      {(phase === "installed" || phase === "restarting") && fault}
      {(phase === "installing" || phase === "downloading") && <p class="soft">{words.t("update.serves_on")}</p>}
    </div>
  );
}

function Restart({ view, onChange }: PartProps) {
  const words = useWords();
  const { busy, problem, run } = useTask();
  if (view.phase !== "installed") return null;
  const start = (): void =>
    void run(async () => {
      await updateApi.restart();
      onChange();
    });
  return (
    <>
      <p class="soft">{words.t("update.restart.text")}</p>
      <button type="button" class="primary panel-do" disabled={busy} onClick={start}>
        {words.t("update.restart")}
      </button>
      <Fault fault={problem} />
    </>
  );
}

function Now({ view, onChange }: PartProps) {
  const words = useWords();
  return (
    <section class="panel" aria-labelledby="update-now">
      <h2 id="update-now">{words.t("update.now")}</h2>
      <dl class="update-facts">
        <Fact name={words.t("update.version")}>{view.version}</Fact>
        {view.slot !== null && <Fact name={words.t("update.half")}>{view.slot}</Fact>}
      </dl>
      {!view.supported && <p class="soft">{words.t("update.unsupported")}</p>}
      <Progress view={view} />
      <Restart view={view} onChange={onChange} />
    </section>
  );
}

function useInstall(onChange: () => void) {
  const { busy, problem, run } = useTask();
  const install = (wish: UpdateInstall): void =>
    void run(async () => {
      await updateApi.install(wish);
      onChange();
    });
  return { busy, problem, install };
}

function Offer({ view, onChange }: PartProps) {
  const words = useWords();
  const at = useInstall(onChange);
  const offer = view.channel?.offer ?? null;
  if (offer === null) return <p>{words.t(view.channel?.checked_at ? "update.newest" : "update.not_asked")}</p>;
  const notes = offer.notes[words.locale] ?? offer.notes.en ?? "";
  return (
    <div class="update-offer">
      <p>
        <strong>{words.t("update.offer", { version: offer.version })}</strong>{" "}
        <span class="soft">
          {words.date(offer.published_at)} · {words.t("backup.mb", { n: mega(offer.size) })}
        </span>
      </p>
      <p class="update-notes">{notes}</p>
      <button
        type="button"
        class="primary panel-do"
        disabled={at.busy || BUSY.has(view.phase)}
        onClick={() => at.install({ source: "channel", version: offer.version })}
      >
        {words.t("update.install")}
      </button>
      <Fault fault={at.problem} />
    </div>
  );
}

function ChannelPart({ view, onChange }: PartProps) {
  const words = useWords();
  const problemOf = useProblem();
  const { busy, problem, run } = useTask();
  const { channel } = view;
  const check = (): void =>
    void run(async () => {
      await updateApi.check();
    }).then(onChange);
  return (
    <section class="panel" aria-labelledby="update-channel">
      <header class="panel-head">
        <h2 id="update-channel">{words.t("update.channel")}</h2>
        {channel !== null && (
          <button type="button" class="small" disabled={busy} onClick={check}>
            {words.t("update.check")}
          </button>
        )}
      </header>
      {channel === null ? (
        <p class="soft">{words.t("update.no_channel")}</p>
      ) : (
        <>
          <p class="soft">
            {channel.url}
            {channel.checked_at !== null && <> · {words.t("update.asked", { date: words.date(channel.checked_at) })}</>}
          </p>
          {problem === null && channel.problem !== null && <p class="waits">{problemOf(channel.problem)}</p>}
          <Fault fault={problem} />
          <Offer view={view} onChange={onChange} />
        </>
      )}
    </section>
  );
}

function Sticks({ view, onChange }: PartProps) {
  const words = useWords();
  const at = useInstall(onChange);
  if (view.sticks.length === 0) return null;
  return (
    <>
      <ul class="stick-files">
        {view.sticks.map(({ id, name, size, stick }) => (
          <li key={id}>
            <span>
              {name}{" "}
              <span class="soft">
                {stick} · {words.t("backup.mb", { n: mega(size) })}
              </span>
            </span>
            <button
              type="button"
              class="small"
              disabled={at.busy || BUSY.has(view.phase)}
              onClick={() => at.install({ source: "stick", id })}
            >
              {words.t("update.install")}
            </button>
          </li>
        ))}
      </ul>
      <Fault fault={at.problem} />
    </>
  );
}

function ByHand({ view, onChange }: PartProps) {
  const words = useWords();
  const [file, setFile] = useState<File | null>(null);
  const [share, setShare] = useState<number | null>(null);
  const { busy, problem, run } = useTask();
  const bring = (): void =>
    void run(async () => {
      if (file === null) return;
      await updateApi.upload(file, setShare);
      setShare(null);
      await updateApi.install({ source: "upload" });
      onChange();
    });
  return (
    <section class="panel" aria-labelledby="update-by-hand">
      <h2 id="update-by-hand">{words.t("update.by_hand")}</h2>
      <p class="soft">{words.t("update.by_hand.text")}</p>
      <Sticks view={view} onChange={onChange} />
      <div class="file-picker">
        <label class="file">
          <Icon name="file" />
          {words.t("update.pick")}
          <input type="file" accept=".raucb" onChange={(event) => setFile(event.currentTarget.files?.[0] ?? null)} />
        </label>
        <span class="file-name" role="status">
          {file?.name} {share !== null && words.t("backup.uploaded", { n: Math.round(share * 100) })}
        </span>
      </div>
      <button type="button" class="panel-do" disabled={busy || file === null || BUSY.has(view.phase)} onClick={bring}>
        {words.t("update.bring")}
      </button>
      <Fault fault={problem} />
    </section>
  );
}

function History({ view }: { readonly view: UpdateView }) {
  const words = useWords();
  const problemOf = useProblem();
  if (view.history.length === 0) return null;
  return (
    <section class="panel" aria-labelledby="update-history">
      <h2 id="update-history">{words.t("update.history")}</h2>
      <table class="wide-table">
        <thead>
          <tr>
            {(["version", "from", "when", "result"] as const).map((key) => (
              <th key={key} scope="col">
                {words.t(`update.${key}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {view.history.map(({ version, from, at, result, problem }) => (
            <tr key={at}>
              <th scope="row">{version}</th>
              <td data-label={words.t("update.from")}>{from}</td>
              <td data-label={words.t("update.when")}>{words.date(at)}</td>
              <td data-label={words.t("update.result")} class={result === "confirmed" ? "soft" : "waits"}>
                {words.t(`update.result.${result}`)}
                {problem !== null && <span class="soft"> {problemOf(problem)}</span>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

export function Update() {
  const { words } = useApp();
  const { value: view, fault, reload } = useResource(updateView, "/api/v1/update", ASK_EVERY_MS);
  return (
    <div class="rentals">
      <header class="view-head">
        <h1>{words.t("nav.update")}</h1>
      </header>
      {view === null ? (
        <Fault fault={fault} />
      ) : (
        <>
          <Now view={view} onChange={reload} />
          {view.supported && <ChannelPart view={view} onChange={reload} />}
          {view.supported && <ByHand view={view} onChange={reload} />}
          <History view={view} />
        </>
      )}
    </div>
  );
}
