// Asterisk's configuration as text: `setup -> files`, pure, so that two setups can be compared and a file is only written when it changed.
// One Asterisk belongs to one box; nothing of it is edited by hand.

import { AppError } from "../../base/index.ts";
import { type AsteriskFolders, type AsteriskSetup, PHONE_CONTEXT, STASIS_APP } from "./asterisk-setup.ts";
import { MODULES } from "./module-list.ts";
import { pjsipConf, sorceryConf } from "./pjsip-configuration.ts";

export interface ConfigurationFile {
  readonly name: string;
  readonly text: string;
  /** Holds a secret: readable by its owner only. */
  readonly secret: boolean;
}

/**
 * All files of the configuration folder, in the order of their names. Errors: `voice.bad_setup` when a value could break out of its line.
 */
export function asteriskFiles(setup: AsteriskSetup): readonly ConfigurationFile[] {
  refuseBrokenValues(setup);
  const open = (name: string, text: string): ConfigurationFile => ({ name, text, secret: false });
  const files = [
    { name: "ari.conf", text: ariConf(setup), secret: true },
    // Without these files Asterisk says errors at each start.
    ...EMPTY.map((name) => open(name, "")),
    open("asterisk.conf", asteriskConf(setup.folders)),
    open("cdr.conf", "[general]\nenable=no\n"),
    open("cel.conf", "[general]\nenable=no\n"),
    open("extensions.conf", EXTENSIONS),
    open("http.conf", httpConf(setup.ari.port)),
    open("indications.conf", INDICATIONS),
    open("logger.conf", LOGGER),
    open("modules.conf", modulesConf(setup.edge.kind)),
    open("pjsip.conf", pjsipConf(setup)),
    open("rtp.conf", rtpConf(setup.media.ports)),
    open("sorcery.conf", sorceryConf(setup.edge.kind)),
  ];
  return files.sort((a, b) => (a.name < b.name ? -1 : 1));
}

const EMPTY = [
  "acl.conf",
  "ccss.conf",
  "features.conf",
  "pjproject.conf",
  "stasis.conf",
  "udptl.conf",
  "websocket_client.conf",
];

/** A line break, `;` or a bracket in a path, a realm or a password would be read as more configuration. */
function refuseBrokenValues(setup: AsteriskSetup): void {
  const { ari, edge, media } = setup;
  const own = edge.kind === "asterisk" ? edge : null;
  const texts = [
    ...Object.values(setup.folders),
    ...[ari.user, ari.password.reveal(), media.address, own?.realm, own?.tls?.certificateFile, own?.tls?.keyFile],
    ...[own?.udp?.address, own?.tcp?.address, own?.tls?.address, own?.external?.address],
    ...(own?.external?.localNets ?? []),
  ];
  const broken = texts.some((text) => typeof text === "string" && !/^[\w./:@%+=~ -]+$/.test(text));
  if (broken || ari.password.reveal().length < 16)
    throw new AppError("voice.bad_setup", "a path, an address or a password cannot stand in Asterisk's configuration", {
      hint: "Use letters, digits and . / : @ % + = ~ - _ only, and a password of at least 16 characters.",
    });
}

function asteriskConf(folders: AsteriskFolders): string {
  return `[directories]
astetcdir => ${folders.configuration}
astmoddir => ${folders.modules}
astvarlibdir => ${folders.state}
astdbdir => ${folders.state}
astkeydir => ${folders.state}
astdatadir => ${folders.data}
astagidir => ${folders.data}/agi-bin
astspooldir => ${folders.state}
astcachedir => ${folders.state}
astrundir => ${folders.run}
astlogdir => ${folders.log}

[options]
verbose = 0
debug = 0
; Nobody may run programs or read files through a channel variable.
live_dangerously = no
hideconnect = yes
nocolor = yes
`;
}

function modulesConf(edge: AsteriskSetup["edge"]["kind"]): string {
  const lines = MODULES.filter((module) => module.edge === undefined || module.edge === edge);
  return `[modules]\nautoload=no\n${lines.map(({ name }) => `load=${name}.so\n`).join("")}`;
}

function httpConf(port: number): string {
  return `[general]
servername=
enabled=yes
bindaddr=127.0.0.1
bindport=${port}
enable_static=no
enable_status=no
sessionlimit=100
`;
}

function ariConf({ ari }: AsteriskSetup): string {
  return `[general]
enabled=yes
pretty=no

[${ari.user}]
type=user
read_only=no
password_format=plain
password=${ari.password.reveal()}
`;
}

function rtpConf({ first, last }: AsteriskSetup["media"]["ports"]): string {
  return `[general]
rtpstart=${first}
rtpend=${last}
strictrtp=yes
icesupport=no
`;
}

// Only what is a number or a name comes in; `!` ends the pattern, the rest is read from the channel, never put in an expression.
const EXTENSIONS = `[general]
static=yes
writeprotect=yes

[${PHONE_CONTEXT}]
exten => _[+*#0-9a-zA-Z]!,1,Stasis(${STASIS_APP},dial)
 same => n,Hangup()
`;

// Numbers stand in notices and verbose lines; warnings and errors are all that is kept.
const LOGGER = `[general]
dateformat=%F %T.%3q

[logfiles]
console => warning,error
`;

/** Tones as the renter's phone expects them from a European line (ITU-T E.180). */
const INDICATIONS = `[general]
country=eu

[eu]
description = Europe
ringcadence = 1000,4000
dial = 425
busy = 425/480,0/480
ring = 425/1000,0/4000
congestion = 425/240,0/240
`;
