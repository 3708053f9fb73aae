/**
 * The uploads of the page: three at a time, each with its progress, and each followed until its image is done.
 *
 * @module
 */

import { LostError, RefusedError } from "./client.js";
import { duration } from "./elements.js";
import { SignedOutError } from "./session.js";
import { texts } from "./texts.js";

/** @typedef {import("./client.js").Client} Client */
/** @typedef {import("./gallery.js").Gallery} Gallery */
/** @typedef {import("./tiles.js").Tile} Tile */
/** @typedef {{ file: File, tile: Tile, stop: AbortController, imageId?: string }} Upload */

const AT_ONCE = 3;

/** The uploads. */
export class Uploads {
  /** @type {Upload[]} */
  #queue = [];
  #running = 0;
  #previews = Promise.resolve(); // one after the other: each takes the memory of the whole image for a moment

  /**
   * @param {Client} client
   * @param {Gallery} gallery in which they are shown
   * @param {{ announce: (text: string) => void, onSignedOut: () => void }} page
   */
  constructor(client, gallery, page) {
    this.client = client;
    this.gallery = gallery;
    this.page = page;
  }

  /** Whether a file would be lost if the page were closed. */
  get areRunning() {
    return this.#running + this.#queue.length > 0;
  }

  /** Upload files. @param {File[]} files */
  add(files) {
    if (!files.length) return;
    this.page.announce(texts.announceAdded(files.length));
    for (const file of files) {
      const tile = this.gallery.begin(file.name || texts.unnamed);
      this.#previews = this.#previews.then(() => tile.preview(file));
      this.#begin(file, tile);
    }
  }

  /** @param {File} file @param {Tile} tile */
  #begin(file, tile) {
    const upload = { file, tile, stop: new AbortController() };
    tile.waiting(texts.queued);
    tile.offer([{ label: texts.cancel(tile.name), icon: "close", run: () => this.#cancel(upload) }]);
    this.#queue.push(upload);
    this.#next();
  }

  /** @param {Upload} upload */
  #cancel(upload) {
    upload.stop.abort(new DOMException("canceled", "AbortError"));
    this.#queue = this.#queue.filter((other) => other !== upload);
    this.gallery.drop(upload.tile);
    // The file may have arrived just now; without an answer, the image is in the list after all.
    if (upload.imageId) this.client.delete(upload.imageId).catch(() => {});
  }

  #next() {
    while (this.#running < AT_ONCE && this.#queue.length) {
      const upload = /** @type {Upload} */ (this.#queue.shift());
      this.#running++;
      this.#send(upload).finally(() => {
        this.#running--;
        this.#next();
      });
    }
  }

  /** @param {Upload} upload */
  async #send(upload) {
    const { file, tile } = upload;
    const { signal } = upload.stop;
    try {
      tile.waiting(texts.reading);
      const imageId = await this.client.upload(file, {
        onGrant: (granted) => {
          upload.imageId = granted;
          this.gallery.name(tile, granted);
          tile.sending(0, file.size);
        },
        onProgress: (sent, total) => tile.sending(sent, total),
        signal,
      });
      tile.offer([]);
      tile.waiting(texts.waiting);
      void this.gallery.follow(tile, imageId);
    } catch (error) {
      if (!signal.aborted) this.#failed(error, file, tile);
    }
  }

  /** @param {unknown} error @param {File} file @param {Tile} tile */
  #failed(error, file, tile) {
    if (error instanceof SignedOutError) this.page.onSignedOut();
    tile.refused(explained(error));
    this.page.announce(texts.announceBad(tile.name, explained(error)));
    tile.offer([
      { label: texts.retry(tile.name), icon: "again", run: () => this.#begin(file, tile) },
      { label: texts.dismiss(tile.name), icon: "close", run: () => this.gallery.drop(tile) },
    ]);
  }
}

/** Return what went wrong and what to do, in a sentence or two. @param {unknown} error */
function explained(error) {
  if (error instanceof SignedOutError) return texts.sessionEnded;
  if (error instanceof LostError) return texts.lost;
  if (!(error instanceof RefusedError)) return texts.unreadable;
  if (error.seconds) return `${error.message} ${texts.wait(duration(error.seconds))}`;
  const hint = texts.hints[error.reason];
  return error.reason ? `${error.message} ${hint ?? ""}`.trim() : texts.refused(error.status);
}
