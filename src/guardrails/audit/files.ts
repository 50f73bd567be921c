/**
 * The few file operations of the audit log, behind an interface so that a full disk or a lost right can be tried in a
 * test. Every operation either did all it says or throws.
 */
import { closeSync, fdatasync, fsyncSync, openSync, writeSync } from 'node:fs';
import path from 'node:path';

export interface LogFile {
  append(bytes: Uint8Array): void;
  /** Resolves when everything appended is on the disk. */
  sync(): Promise<void>;
  /** Writes over the beginning; for the head, whose size never changes. */
  replace(text: string): void;
  close(): void;
}

export interface AuditFiles {
  /** A new file, 0600; throws where the name is taken. Its entry in the folder is durable when this returns. */
  create(file: string): LogFile;
}

export const diskFiles: AuditFiles = {
  create(file) {
    // The head is rewritten in place, which O_APPEND would turn into appending.
    const fd = openSync(file, file.endsWith('.head') ? 'wx' : 'ax', 0o600);
    syncFolder(path.dirname(file));
    return {
      append: (bytes) => writeAll(fd, bytes, null),
      replace: (text) => writeAll(fd, Buffer.from(text), 0),
      sync: () => new Promise((resolve, reject) => fdatasync(fd, (error) => (error ? reject(error) : resolve()))),
      close: () => closeSync(fd),
    };
  },
};

/** A write may take less than it was given; going on until all is taken is the caller's duty. */
function writeAll(fd: number, bytes: Uint8Array, position: number | null): void {
  for (let done = 0; done < bytes.length; ) {
    done += writeSync(fd, bytes, done, bytes.length - done, position === null ? null : position + done);
  }
}

function syncFolder(folder: string): void {
  const fd = openSync(folder, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
