// The MQTT brokers: whether each is there, what waits for it, what it may ask, and the table of topics.

import { Icon, type IconName } from "../../../page-parts/index.ts";
import { type MqttBrokerView, type MqttTopicView, mqttView } from "../../../protocol/index.ts";
import { useWords } from "../app-context.ts";
import { Fault } from "../parts/fault.tsx";
import { useResource } from "../parts/use-resource.ts";
import { OwnBroker } from "./own-broker.tsx";

const EVERY = 3000;
const ICONS: Readonly<Record<MqttBrokerView["state"], IconName>> = {
  connecting: "starting",
  online: "ready",
  waiting: "down",
  stopped: "stopped",
};

function Facts({ broker }: { readonly broker: MqttBrokerView }) {
  const words = useWords();
  const { root, discovery, allow, published, queue, dropped, commands } = broker;
  const lost = dropped.events + dropped.replies + dropped.oversize;
  const rows: readonly (readonly [string, string])[] = [
    [words.t("mqtt.root"), root],
    [words.t("mqtt.discovery"), discovery ?? words.t("mqtt.discovery.off")],
    [words.t("mqtt.allow"), allow.length === 0 ? words.t("mqtt.allow.none") : allow.join(", ")],
    [words.t("mqtt.published"), words.number(published)],
    [words.t("mqtt.waiting"), words.t("mqtt.waiting.text", queue)],
    [words.t("mqtt.dropped"), words.number(lost)],
    [words.t("mqtt.commands"), words.t("mqtt.commands.text", commands)],
  ];
  return (
    <dl class="mqtt-facts">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Broker({ broker }: { readonly broker: MqttBrokerView }) {
  const words = useWords();
  const { id, url, state, since, problem } = broker;
  const title = `mqtt-${id}`;
  return (
    <section class="panel" aria-labelledby={title} data-broker={id}>
      <div class="panel-head">
        <h2 id={title}>{id}</h2>
        <span class={`mqtt-state mqtt-state-${state}`}>
          <Icon name={ICONS[state]} />
          {words.t(`mqtt.state.${state}`)}
        </span>
      </div>
      <p class="soft mqtt-url">
        {url} · {words.t("mqtt.since", { time: words.date(since) })}
      </p>
      {problem !== null && (
        <p class="mqtt-problem">
          {words.find(`problem.${problem.code}`) ?? problem.message}
          {problem.hint !== undefined && <span class="soft"> {problem.hint}</span>}
        </p>
      )}
      <Facts broker={broker} />
    </section>
  );
}

function Topics({ topics }: { readonly topics: readonly MqttTopicView[] }) {
  const words = useWords();
  return (
    <section class="panel">
      <h2 id="mqtt-topics">{words.t("mqtt.topics")}</h2>
      <p class="soft">{words.t("mqtt.qos", { root: "{root}" })}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section class="mqtt-table" tabIndex={0} aria-labelledby="mqtt-topics">
        <table class="chain-table">
          <thead>
            <tr>
              <th scope="col">{words.t("mqtt.topic")}</th>
              <th scope="col">{words.t("mqtt.direction")}</th>
              <th scope="col">{words.t("mqtt.retained")}</th>
              <th scope="col">{words.t("mqtt.meaning")}</th>
            </tr>
          </thead>
          <tbody>
            {topics.map(({ pattern, direction, retained, meaning }) => (
              <tr key={pattern}>
                <th scope="row">
                  <code>{pattern}</code>
                </th>
                <td>{words.t(`mqtt.direction.${direction}`)}</td>
                <td>{words.t(retained ? "mqtt.retained.yes" : "mqtt.retained.no")}</td>
                <td class="mqtt-meaning">{meaning.replaceAll("`", "")}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}

export function Mqtt() {
  const words = useWords();
  const { value, fault } = useResource(mqttView, "/api/v1/mqtt", EVERY);
  return (
    <div class="mqtt">
      <header class="view-head">
        <h1>{words.t("mqtt.title")}</h1>
      </header>
      <Fault fault={fault} />
      {value !== null && value.brokers.length === 0 && (
        <section class="panel">
          <h2>{words.t("mqtt.none")}</h2>
          <p class="soft">{words.t("mqtt.none.text")}</p>
        </section>
      )}
      {value?.brokers.map((broker) => (
        <Broker key={broker.id} broker={broker} />
      ))}
      <OwnBroker />
      {value !== null && <Topics topics={value.topics} />}
    </div>
  );
}
