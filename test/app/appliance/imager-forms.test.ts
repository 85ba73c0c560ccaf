// The three forms in which Raspberry Pi Imager leaves what a person chose, as its own generator writes them.

import { describe, expect, it } from "vitest";
import { readNetworkConfig, readUserData } from "../../../src/app/appliance/imager/cloud-init.ts";
import { parseToml, readCustomToml } from "../../../src/app/appliance/imager/custom-toml.ts";
import { judgeCustomisation, type RawCustomisation } from "../../../src/app/appliance/imager/customisation.ts";
import { hostFiles } from "../../../src/app/appliance/imager/first-boot-files.ts";
import { readFirstRun, shellWords } from "../../../src/app/appliance/imager/firstrun.ts";
import { readSshKeys } from "../../../src/app/appliance/imager/ssh-keys.ts";

const KEY = `ssh-ed25519 ${"A".repeat(68)} me@desk`;
const OTHER = `ssh-rsa ${"B".repeat(372)}== work`;
const PSK = "0123456789abcdef".repeat(4);
const HASH = "$5$LW2JEsaBJM$F4XoHWnbQyRJSvJkLAKC7qLxVmGZ9ybCJYHgqBBJ1fC";

const USER_DATA = `#cloud-config
hostname: attic-box
manage_etc_hosts: true
packages:
- avahi-daemon
apt:
  conf: |
    Acquire {
      Check-Date "false";
    };
timezone: Europe/Berlin
keyboard:
  model: pc105
  layout: "de"
enable_ssh: true
users:
- name: anna
  groups: users,adm,dialout,sudo
  shell: /bin/bash
  lock_passwd: false
  passwd: ${HASH}
  ssh_authorized_keys:
    - ${KEY}
    - ${OTHER}
  sudo: ALL=(ALL) NOPASSWD:ALL
runcmd:
  - [ rfkill, unblock, wifi ]
`;
const NETWORK_CONFIG = `network:
  version: 2
  wifis:
    wlan0:
      dhcp4: true
      regulatory-domain: "DE"
      access-points:
        "Zum \\"Bären\\"":
          hidden: true
          password: "${PSK}"
      optional: true
`;
const CUSTOM_TOML = `# Raspberry Pi OS custom.toml
config_version = 1

[system]
hostname = "attic-box"

[user]
name = "anna"
password = "${HASH}"
password_encrypted = true

[ssh]
enabled = true
password_authentication = false
authorized_keys = [
  "${KEY}",   # the desk
  '${OTHER}',
]

[wlan]
ssid = "Zum \\"B\\u00e4ren\\""
password = "${PSK}"
password_encrypted = true
hidden = true
country = "de"

[locale]
keymap = "de"
timezone = "Europe/Berlin"
`;
const FIRST_RUN = `#!/bin/sh

set +e

CURRENT_HOSTNAME=$(cat /etc/hostname | tr -d " \\t\\n\\r")
if [ -f /usr/lib/raspberrypi-sys-mods/imager_custom ]; then
   /usr/lib/raspberrypi-sys-mods/imager_custom set_hostname attic-box
else
   echo attic-box >/etc/hostname
fi
if [ -f /usr/lib/raspberrypi-sys-mods/imager_custom ]; then
   /usr/lib/raspberrypi-sys-mods/imager_custom enable_ssh -k '${KEY}' '${OTHER}'
fi
if [ -f /usr/lib/userconf-pi/userconf ]; then
   /usr/lib/userconf-pi/userconf 'anna' '${HASH}'
else
   echo "$FIRSTUSER:"'${HASH}' | chpasswd -e
fi
   /usr/lib/raspberrypi-sys-mods/imager_custom set_wlan  -h 'Zum "Bären"' '${PSK}' 'DE'
   /usr/lib/raspberrypi-sys-mods/imager_custom set_keymap 'de'
   /usr/lib/raspberrypi-sys-mods/imager_custom set_timezone 'Europe/Berlin'
rm -f /boot/firstrun.sh
sed -i 's| systemd.run.*||g' /boot/cmdline.txt
exit 0
`;
const CHOSEN = {
  hostname: "attic-box",
  timeZone: "Europe/Berlin",
  wifi: { ssid: 'Zum "Bären"', key: PSK, hidden: true },
  country: "DE",
  user: { name: "anna", passwordHash: HASH },
  sshKeys: [KEY, OTHER],
};
const NOTHING = { hostname: null, timeZone: null, wifi: null, country: null, user: null, sshKeys: [] };

/** What is taken of it, where all of it is good. */
function checkCustomisation(raw: RawCustomisation) {
  const { customisation, problems } = judgeCustomisation(raw);
  expect(problems).toEqual([]);
  return customisation;
}
/** The parts of it that are not taken. */
const badParts = (raw: RawCustomisation): readonly string[] =>
  judgeCustomisation(raw).problems.map(({ message }) => message.split(/:| \(/)[0] ?? "");

describe("what Imager leaves", () => {
  it("is the same in each of its forms", () => {
    const cloud = { ...readUserData(USER_DATA), ...readNetworkConfig(NETWORK_CONFIG) };
    expect(checkCustomisation(cloud)).toEqual(CHOSEN);
    expect(checkCustomisation(readCustomToml(CUSTOM_TOML))).toEqual(CHOSEN);
    expect(checkCustomisation(readFirstRun(FIRST_RUN))).toEqual(CHOSEN);
  });

  it("may be nothing at all", () => {
    expect(checkCustomisation(readUserData("#cloud-config\n"))).toEqual(NOTHING);
    expect(checkCustomisation(readNetworkConfig(""))).toEqual(NOTHING);
    expect(checkCustomisation(readCustomToml(""))).toEqual(NOTHING);
    expect(checkCustomisation(readFirstRun("#!/bin/sh\nrm -f /boot/firstrun.sh\nexit 0\n"))).toEqual(NOTHING);
  });

  it("takes cloud-init's own forms, too: netplan without its top, auth below a network, `default` among users", () => {
    const config = "version: 2\nwifis: { wlan0: { access-points: { home: { auth: { password: 'long enough' } } } } }";
    const raw = { ...readUserData("users: [default, { name: anna }]"), ...readNetworkConfig(config) };
    expect(checkCustomisation(raw)).toEqual({
      ...NOTHING,
      user: { name: "anna", passwordHash: null },
      wifi: { ssid: "home", key: "long enough", hidden: false },
    });
  });

  it("is one user by itself, as Imager writes it since 2.0.9, with keys beside it, too", () => {
    const own = `user:\n  name: anna\n  lock_passwd: true\n  ssh_authorized_keys:\n    - "${KEY}"\n  sudo: null\n`;
    const wanted = { ...NOTHING, user: { name: "anna", passwordHash: null }, sshKeys: [KEY] };
    expect(checkCustomisation(readUserData(own))).toEqual(wanted);
    expect(checkCustomisation(readUserData(`${own}ssh_authorized_keys: ["${OTHER}"]\n`)).sshKeys).toEqual([KEY, OTHER]);
    expect(checkCustomisation(readUserData("user: anna"))).toMatchObject({ user: { name: "anna" } });
    expect(checkCustomisation(readUserData("user: default"))).toEqual(NOTHING);
    expect(badParts(readUserData("user: [anna]"))).toEqual(["user"]);
  });

  const network = (name: string): string =>
    `network:\n  wifis:\n    wlan0:\n      access-points:\n        "${name}":\n          password: "${PSK}"\n`;

  it.each([
    ["its bytes, as Imager writes it since 2.0.10", network("Caf\\xc3\\xa9 M\\xc3\\xbcller"), "Café Müller"],
    ["bytes of no UTF-8", network("\\xff\\xfe"), null],
    ["characters", network("Café Müller"), "Café Müller"],
    ["characters of which none is a byte", network("Кафе \\xe9"), "Кафе é"],
  ])("names a network by %s", (_what, text, ssid) => {
    if (ssid === null) expect(badParts(readNetworkConfig(text))).toEqual(["Wi-Fi name"]);
    else expect(checkCustomisation(readNetworkConfig(text)).wifi).toMatchObject({ ssid, key: PSK });
  });

  it("tells of a network whose name is no text, instead of leaving it out", () => {
    const lines = "country=DE\nnetwork={\n\tscan_ssid=1\n\tssid=hex:HEX\n\tpsk=PSK\n}\nrm -f /boot/firstrun.sh\n";
    const script = (hex: string) => lines.replace("HEX", hex).replace("PSK", PSK);
    expect(badParts(readFirstRun(script("ff00")))).toEqual(["Wi-Fi name"]);
    expect(checkCustomisation(readFirstRun(script("c3a9")))).toEqual({
      ...{ ...NOTHING, country: "DE" },
      wifi: { ssid: "é", key: PSK, hidden: true },
    });
    const toml = (hex: string) => `[wlan]\nssid_hex = "${hex}"\npassword = "${PSK}"\n`;
    expect(badParts(readCustomToml(toml("ff00")))).toEqual(["Wi-Fi name"]);
    expect(checkCustomisation(readCustomToml(toml("c3a9"))).wifi?.ssid).toBe("é");
  });

  it.each<[string, RawCustomisation, string]>([
    ["addresses of a cable", readNetworkConfig("ethernets: { eth0: { addresses: [192.0.2.7/24] } }"), "addresses"],
    ["a second network", readNetworkConfig("wifis: { wlan0: { access-points: { a: {}, b: {} } } }"), "more Wi-Fi"],
    ["a second user", readUserData("users: [{ name: anna }, { name: ben }]"), "more users"],
    [
      "Connect in a script",
      readFirstRun("rm -f /boot/firstrun.sh\nstart rpi-connect.service\n"),
      "Raspberry Pi Connect",
    ],
    ["Connect in user-data", readUserData("runcmd: [[sh, -c, rpi-connect]]"), "Raspberry Pi Connect"],
    ["Connect in custom.toml", readCustomToml("[connect]\nenabled = true\n"), "Raspberry Pi Connect"],
  ])("tells of what is left out: %s", (_what, raw, part) => {
    expect(badParts(raw)).toEqual([part]);
    expect(judgeCustomisation(raw).problems[0]?.hint).toMatch(/\w+/);
  });

  it("says nothing where all is Imager's own: DHCP at the cable", () => {
    expect(badParts(readNetworkConfig("ethernets: { eth0: { dhcp4: true, dhcp6: true, optional: true } }"))).toEqual(
      [],
    );
  });

  it("may be a network without a password", () => {
    const config = 'network: { wifis: { wlan0: { access-points: { open: { password: "" } } } } }';
    expect(checkCustomisation(readNetworkConfig(config)).wifi).toMatchObject({ ssid: "open", key: null });
    expect(
      checkCustomisation(readFirstRun("/usr/lib/raspberrypi-sys-mods/imager_custom set_wlan 'open' '' ''")).wifi,
    ).toEqual({ ssid: "open", key: null, hidden: false });
  });

  it("keeps a password in clear out", () => {
    const text = '[user]\nname = "anna"\npassword = "in clear"\npassword_encrypted = false\n';
    expect(checkCustomisation(readCustomToml(text)).user).toEqual({ name: "anna", passwordHash: null });
  });
});

describe("a value that is not what it should be", () => {
  it.each<[string, RawCustomisation, string]>([
    ["a host name with a line break", { hostname: "a\nb" }, "host name"],
    ["a host name with an underscore", { hostname: "Mein_Pi" }, "host name"],
    ["a time zone that leads elsewhere", { timeZone: "../../etc/shadow" }, "time zone"],
    ["a Wi-Fi name with a line break", { wifi: { ssid: "a\nb" } }, "Wi-Fi name"],
    ["a Wi-Fi name of 33 bytes", { wifi: { ssid: `${"ä".repeat(16)}b` } }, "Wi-Fi name"],
    ["a Wi-Fi without a name", { wifi: { key: "long enough" } }, "Wi-Fi name"],
    ["a Wi-Fi password that is too short", { wifi: { ssid: "a", key: "short" } }, "Wi-Fi password"],
    ["a country by its name", { wifi: { ssid: "a", country: "Germany" } }, "Wi-Fi country"],
    ["root as a user", { user: { name: "root" } }, "user"],
    ["a service's user", { user: { name: "numberbox" } }, "user"],
    ["a path as a user", { user: { name: "../x" } }, "user"],
    ["a user with a capital letter", { user: { name: "Max" } }, "user"],
    ["a password in clear", { user: { name: "anna", passwordHash: "secret" } }, "password of the user"],
    ["a key with a command", { sshKeys: [`command="x" ${KEY}`] }, "SSH key"],
    ["a number for a key", { sshKeys: [7] }, "SSH key"],
    ["a number for a name", { hostname: 7 }, "host name"],
    ["users that are no list", readUserData("users: 7"), "user"],
  ])("is told by its name, and nothing of it is taken: %s", (_name, raw, part) => {
    const { customisation, problems } = judgeCustomisation(raw);
    expect(badParts(raw)).toEqual([part]);
    expect(problems[0]).toMatchObject({ code: "firstboot.bad_value", hint: expect.stringMatching(/\w+/) });
    const { wifi, user, ...others } = customisation;
    if (part !== "Wi-Fi country") expect(wifi).toBeNull();
    if (part !== "password of the user") expect(user).toBeNull();
    expect(others).toEqual({ hostname: null, timeZone: null, country: null, sshKeys: [] });
  });

  it("is a name that only this machine cannot have: a user of the system's, a time zone that is not there", () => {
    const machine = { users: new Set(["backup"]), hasZone: (name: string) => name === "Europe/Berlin" };
    const raw = (name: string, timeZone: string): RawCustomisation => ({ user: { name }, timeZone, sshKeys: [KEY] });
    const of = (name: string, zone: string) => judgeCustomisation(raw(name, zone), {}, machine);
    expect(of("anna", "Europe/Berlin").problems).toEqual([]);
    const { customisation, problems } = of("backup", "Mars/Base");
    expect(problems.map(({ message }) => message)).toEqual([
      "time zone: this should be one that the system knows",
      "user: this should be a name that the system does not use itself",
    ]);
    expect(customisation).toEqual({ ...NOTHING, sshKeys: [KEY] });
  });

  it("is a script of another kind", () => {
    expect(() => readFirstRun("#!/bin/sh\necho hello\n")).toThrow(/not what Raspberry Pi Imager writes/);
  });

  it("costs nothing of the others", () => {
    const raw = {
      ...{ hostname: "Mein_Pi", timeZone: "Europe/Berlin", sshKeys: [KEY, "nonsense", OTHER] },
      wifi: { ssid: "home", key: "long enough", country: "Germany" },
      user: { name: "Max", passwordHash: HASH },
    };
    expect(judgeCustomisation(raw).customisation).toEqual({
      ...NOTHING,
      ...{ timeZone: "Europe/Berlin", sshKeys: [KEY, OTHER] },
      wifi: { ssid: "home", key: "long enough", hidden: false },
    });
    expect(badParts(raw)).toEqual(["host name", "Wi-Fi country", "user", "SSH key"]);
    const bad = { hostname: "attic", wifi: { ssid: "home", key: "short", country: "DE" } };
    expect(judgeCustomisation(bad).customisation).toEqual({ ...NOTHING, hostname: "attic", country: "DE" });
  });

  it("is told with its place in the file", () => {
    const [problem] = judgeCustomisation({ hostname: "a_b" }, { "host name": "user-data, hostname" }).problems;
    expect(problem?.message).toMatch(/^host name \(user-data, hostname\): this should be a host name of letters/);
  });

  it("is not repeated in the error: it may be a secret", () => {
    const { problems } = judgeCustomisation({ wifi: { ssid: "home", key: "s3cret" }, sshKeys: ["s3cret"] });
    expect(problems).toHaveLength(2);
    expect(JSON.stringify(problems)).not.toContain("s3cret");
  });

  it("is refused where a file is another one", () => {
    const bad = expect.objectContaining({ code: "firstboot.bad_file" });
    for (const text of ["[", "- a\n- b"]) expect(() => readUserData(text)).toThrow(bad);
    expect(() => readNetworkConfig("network: { wifis: [] }")).toThrow(bad);
  });

  it("costs one line of custom.toml, and not the others", () => {
    for (const text of ["x", "a = ", 'a = "b', "a = [1]", "a = 1.5", "a = { b = 1 }"]) {
      const { tables, unread } = parseToml(`[system]\n${text}\nhostname = "attic"\n`);
      expect([text, unread, tables.get("system")?.get("hostname")]).toEqual([text, [2], "attic"]);
    }
    expect(parseToml("[a]\nb = [\n'c'").unread).toEqual([2, 3]);
    expect(badParts(readCustomToml('[system]\nhostname = "attic\n'))).toEqual(["file"]);
    const call = "/usr/lib/raspberrypi-sys-mods/imager_custom set_timezone";
    expect(badParts(readFirstRun(`${call} 'Europe/Berlin\necho 'a\nb'`))).toEqual(["file"]);
  });
});

describe("SSH by the user's password", () => {
  it.each([
    ["user-data", readUserData("enable_ssh: true\nusers: [{ name: anna }]\nssh_pwauth: true\n")],
    ["custom.toml", readCustomToml('[user]\nname = "anna"\n[ssh]\nenabled = true\npassword_authentication = true\n')],
    [
      "firstrun.sh",
      readFirstRun("/usr/lib/raspberrypi-sys-mods/imager_custom enable_ssh\n/usr/lib/userconf-pi/userconf 'anna' ''"),
    ],
  ])("is not taken, and that is told: %s", (_file, raw) => {
    expect(badParts(raw)).toEqual(["SSH by password"]);
    const { customisation, problems } = judgeCustomisation(raw);
    expect(customisation.user).toEqual({ name: "anna", passwordHash: null });
    expect(problems[0]?.hint).toContain("ssh-keygen");
  });

  it("is not told where keys were chosen, or nothing", () => {
    expect(badParts(readFirstRun(FIRST_RUN))).toEqual([]);
    expect(badParts(readUserData("ssh_pwauth: false"))).toEqual([]);
    expect(badParts(readCustomToml("[ssh]\nenabled = false\npassword_authentication = true"))).toEqual([]);
  });
});

describe("keys for SSH", () => {
  const [type = "", blob = ""] = KEY.split(" ");

  it.each([
    ["a comment in any script", `${type} ${blob} me@höst`, `${type} ${blob} me@höst`],
    ["more than one space", `  ${type}  ${blob}\t me   at desk `, `${type} ${blob} me at desk`],
    ["no comment", `${type} ${blob}`, `${type} ${blob}`],
    ["a long comment", `${type} ${blob} ${"x".repeat(500)}`, `${type} ${blob} ${"x".repeat(200)}`],
    ["what a terminal would obey", `${type} ${blob} a\u001b[2Jb`, `${type} ${blob} a[2Jb`],
  ])("are taken with %s", (_what, line, kept) => {
    expect(readSshKeys([line])).toEqual({ keys: [kept], bad: [] });
  });

  it("may be many lines of one text, with comments and empty lines between them, and each counts once", () => {
    const text = `# mine\n${KEY}\r\n\n${OTHER}\n${KEY}\n`;
    expect(readSshKeys(text)).toEqual({ keys: [KEY, OTHER], bad: [] });
    expect(readSshKeys([`${KEY}\nssh-ed25519 AAAA`])).toEqual({ keys: [KEY], bad: [2] });
  });

  it("are no more than a file of them should hold", () => {
    const many = Array.from({ length: 40 }, (_, at) => `${type} ${blob}${at + 10} x`);
    expect(readSshKeys(many)).toMatchObject({ keys: { length: 32 }, bad: [33, 34, 35, 36, 37, 38, 39, 40] });
  });
});

describe("words of a shell", () => {
  it.each([
    ["a 'b c' \"d e\"", ["a", "b c", "d e"]],
    [`'it'"'"'s'`, ["it's"]],
    ['"a \\"b\\" \\$c \\d"', ['a "b" $c \\d']],
    ["a\\ b ''", ["a b", ""]],
    ["  ", []],
  ])("of %j", (line, words) => expect(shellWords(line)).toEqual(words));

  it("do not end in the middle of a quote", () => expect(shellWords("a 'b")).toBeNull());
});

describe("the files of a machine", () => {
  const textOf = (path: string, chosen: Partial<typeof CHOSEN> = {}): string =>
    hostFiles({ ...CHOSEN, ...chosen }).find((file) => file.path === path)?.text ?? "";

  it("keep secrets to root", () => {
    const secret = hostFiles(CHOSEN).filter(({ text }) => text.includes(PSK) || text.includes(HASH));
    expect(secret.map(({ path, mode }) => [path, mode])).toEqual([
      ["connections/imager.nmconnection", 0o600],
      ["userdb/anna.user-privileged", 0o600],
      ["userdb/1000.user-privileged", 0o600],
    ]);
  });

  it("name a network by its bytes where its name could be mistaken", () => {
    const path = "connections/imager.nmconnection";
    expect(textOf(path)).toContain("ssid=90;117;109;32;34;66;195;164;114;101;110;34;\n");
    expect(textOf(path, { wifi: { ...CHOSEN.wifi, ssid: "Home 5" } })).toContain("ssid=Home 5\n");
    for (const ssid of [" a", "a ", "a;b", "1;2;"]) {
      expect(textOf(path, { wifi: { ...CHOSEN.wifi, ssid } })).toMatch(/^ssid=(?:\d+;)+$/m);
    }
    expect(textOf(path, { wifi: { ...CHOSEN.wifi, key: " back\\slash" } })).toContain("psk=\\sback\\\\slash\n");
  });

  it("tell the country of the Wi-Fi where one was chosen", () => {
    expect(textOf("wifi-country")).toBe("COUNTRY=DE\n");
    expect(textOf("wifi-country", { country: null } as never)).toBe("");
    expect(textOf("wifi-country", { wifi: null } as never)).toBe("COUNTRY=DE\n");
  });

  it("give keys without a name to a user", () => {
    const files = hostFiles({ ...CHOSEN, user: null } as never).map(({ path }) => path);
    expect(files).toContain("ssh/pi");
    expect(hostFiles(NOTHING)).toEqual([]);
  });

  it("let the user read the journal", () => {
    expect(hostFiles(CHOSEN).map(({ path }) => path)).toContain("userdb/anna:systemd-journal.membership");
  });

  it("give keys that come later to the user who is there", () => {
    const files = hostFiles({ ...NOTHING, sshKeys: [KEY] }, "anna").map(({ path }) => path);
    expect(files).toEqual(["ssh/anna"]);
    expect(hostFiles(NOTHING, "anna")).toEqual([]);
  });
});
