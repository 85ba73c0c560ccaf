// Reads Linphone's configuration with the XML parser of Python (expat): one that is not ours and takes nothing but XML.

import { execFileSync, spawnSync } from "node:child_process";
import { z } from "zod";

const READ = `
import json, sys
from xml.etree import ElementTree
NS = "{http://www.linphone.org/xsds/lpconfig.xsd}"
def read(text):
    root = ElementTree.fromstring(text.encode("utf-8"))
    assert root.tag == NS + "config", root.tag
    return [[section.get("name"), entry.get("name"), entry.text or ""] for section in root for entry in section
            if section.tag == NS + "section" and entry.tag == NS + "entry" and entry.get("overwrite") == "true"]
json.dump([read(text) for text in json.load(sys.stdin)], sys.stdout)
`;

const answer = z.array(z.array(z.tuple([z.string(), z.string(), z.string()])));

export const noPython = spawnSync("python3", ["-c", "import xml.etree"]).status !== 0;

/** `section/key` to value of each document. Fails for what is not well-formed. */
export function readLinphone(documents: readonly string[]): readonly Readonly<Record<string, string>>[] {
  const env = { ...process.env, PYTHONUTF8: "1" };
  const options = { env, input: JSON.stringify(documents), encoding: "utf8", maxBuffer: 1 << 26 } as const;
  const read = answer.parse(JSON.parse(execFileSync("python3", ["-c", READ], options)));
  return read.map((entries) => Object.fromEntries(entries.map(([section, key, text]) => [`${section}/${key}`, text])));
}
