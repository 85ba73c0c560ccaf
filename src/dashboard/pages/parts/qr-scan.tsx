// Takes in a QR code with the camera or out of a picture; nothing is shown where the browser reads none.

import { useEffect, useRef, useState } from "preact/hooks";
import { useTask, useWords } from "../app-context.ts";
import { mayUseCamera, QrReader } from "../qr-reader.ts";
import { Fault } from "./frame.tsx";

interface ScanProps {
  readonly reader: QrReader;
  readonly onText: (text: string) => void;
}

function Camera({ reader, onText }: ScanProps) {
  const words = useWords();
  const video = useRef<HTMLVideoElement>(null);
  const looking = useRef<AbortController | null>(null);
  const [isOn, setOn] = useState(false);
  const task = useTask();
  useEffect(() => () => looking.current?.abort(), []);
  const start = async (): Promise<void> => {
    const { current } = video;
    if (current === null) return;
    const abort = new AbortController();
    looking.current = abort;
    setOn(true);
    try {
      const text = await reader.byCamera(current, abort.signal);
      if (text !== null) onText(text);
    } finally {
      setOn(false);
    }
  };
  return (
    <>
      <video ref={video} class="qr-camera" hidden={!isOn} muted playsInline aria-label={words.t("import.scan.aim")} />
      {isOn && <p class="soft small">{words.t("import.scan.aim")}</p>}
      <Fault fault={task.problem} />
      {isOn ? (
        <button type="button" class="wide" onClick={() => looking.current?.abort()}>
          {words.t("import.scan.stop")}
        </button>
      ) : (
        <button type="button" class="wide" onClick={() => void task.run(start)}>
          {words.t("import.scan")}
        </button>
      )}
    </>
  );
}

function Picture({ reader, onText }: ScanProps) {
  const words = useWords();
  const task = useTask();
  const take = async (file: File | undefined): Promise<void> => {
    if (file !== undefined) await task.run(async () => onText(await reader.inPicture(file)));
  };
  return (
    <>
      <label class="file import-file">
        {words.t("import.scan.picture")}
        <input type="file" accept="image/*" onChange={(event) => void take(event.currentTarget.files?.[0])} />
      </label>
      <Fault fault={task.problem} />
    </>
  );
}

export function QrScan({ onText }: Pick<ScanProps, "onText">) {
  const words = useWords();
  const [reader, setReader] = useState<QrReader | null>(null);
  const [isRead, setRead] = useState(false);
  useEffect(() => void QrReader.open().then(setReader), []);
  if (reader === null) return null;
  const taken = (text: string): void => {
    onText(text);
    setRead(true);
  };
  return (
    <>
      {mayUseCamera() ? (
        <Camera reader={reader} onText={taken} />
      ) : (
        // Another document: this one's headers forbid the camera.
        <a class="button wide" href="/dashboard/scan">
          {words.t("import.scan")}
        </a>
      )}
      <Picture reader={reader} onText={taken} />
      <p class={isRead ? "soft small" : "hidden"} role="status">
        {isRead && words.t("import.scan.read")}
      </p>
    </>
  );
}
