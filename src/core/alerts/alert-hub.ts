// Where telemetry hears of alerts, whenever they begin to be watched.

import { type Disposer, Events, type Logger, type UnixMs } from "../../base/index.ts";
import type { AlertFact, AlertFeed } from "../ports-telemetry.ts";
import type { Alert } from "./alert-model.ts";
import type { Alerts } from "./alerts.ts";

type Told = AlertFact & { readonly state: "firing" | "resolved"; readonly at: UnixMs };

const factOf = ({ rule, severity, subject, raisedAt }: Alert): AlertFact => ({
  ...{ rule, severity, subject, since: raisedAt },
});

export class AlertHub implements AlertFeed {
  readonly #events: Events<{ told: Told }>;
  #alerts: Pick<Alerts, "active"> | null = null;

  constructor(log: Logger) {
    this.#events = new Events("alert-hub", log);
  }

  /** Passes on what is told from now on. */
  attach(alerts: Pick<Alerts, "active" | "onNotice">): Disposer {
    this.#alerts = alerts;
    return alerts.onNotice(({ what, at, alert }) => {
      if (what === "repeated") return;
      this.#events.emit("told", { ...factOf(alert), state: what === "raised" ? "firing" : "resolved", at });
    });
  }

  firing(): readonly AlertFact[] {
    return (this.#alerts?.active() ?? []).map(factOf);
  }

  onAlert(listener: (alert: Told) => void): Disposer {
    return this.#events.on("told", listener);
  }
}
