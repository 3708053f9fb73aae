/**
 * One image in the gallery, from the moment on in which a person chooses its file.
 *
 * @module
 */

import { OPEN } from "./client.js";
import { blurred, bytes, icon, make } from "./elements.js";
import { texts } from "./texts.js";

/** @typedef {import("./client.js").Image | import("./client.js").Summary} Shown */
/** @typedef {{ label: string, icon: string, run: () => void }} Action */
/** @typedef {"queued" | "sending" | "open" | "done" | "bad"} State */

const PREVIEW = 320; // pixels, the width of a preview

/** An image in the gallery. */
export class Tile {
  /** @type {Shown | undefined} */
  image;
  /** Whether the picture is a preview, made from the file. */
  #isPreview = false;

  /**
   * @param {string} name of the file
   * @param {(tile: Tile) => void} onOpen called when a person opens the image
   */
  constructor(name, onOpen) {
    this.name = name;
    this.picture = make("span", { class: "picture" });
    this.note = make("span", { class: "note" });
    this.bar = make("progress", { max: 1, value: 0, "aria-label": texts.progress(name) });
    this.button = make("button", { type: "button", class: "open", onclick: () => onOpen(this) }, this.picture);
    this.title = make("bdi", { class: "name" }, name);
    this.actions = make("span", { class: "actions" });
    const caption = make("span", { class: "caption" }, this.title, this.note, this.bar);
    this.element = make("li", { class: "tile" }, this.button, caption, this.actions);
    this.#set("queued", texts.queued);
  }

  /** Show a file of this computer, small: a page of large photographs would take all memory. @param {File} file */
  async preview(file) {
    try {
      const picture = await createImageBitmap(file, { resizeWidth: PREVIEW });
      const canvas = make("canvas", { width: picture.width, height: picture.height, "aria-hidden": "true" });
      canvas.getContext("2d")?.drawImage(picture, 0, 0); // a bitmaprenderer shows photographs of turned cameras sideways
      picture.close();
      if (this.element.dataset.state === "done") return;
      this.#isPreview = true;
      this.picture.replaceChildren(canvas);
    } catch {
      this.picture.replaceChildren(icon("images")); // of a format that only the service decodes, such as HEIC
    }
  }

  /** Show how much is sent. @param {number} sent @param {number} total */
  sending(sent, total) {
    this.bar.max = total || 1;
    this.bar.value = sent;
    this.#set("sending", texts.sending(bytes(sent), bytes(total)));
  }

  /** Show that the file waits or is read. @param {string} note */
  waiting(note) {
    this.#set("queued", note);
  }

  /** Show why the file was not uploaded. @param {string} message */
  refused(message) {
    this.#set("bad", texts.notSent, message);
  }

  /**
   * Show what is known about the image.
   *
   * @param {Shown} image
   * @param {(() => void) | undefined} [onExpired] called if the URL of the thumbnail does not work
   */
  show(image, onExpired) {
    this.image = image;
    this.name = image.filename ?? this.name;
    this.title.textContent = this.name;
    const { status } = image;
    if (OPEN.includes(status)) this.#set("open", status === "PROCESSING" ? stepOf(image) : texts.waiting);
    else if (status === "SUCCEEDED") this.#showResult(image, onExpired);
    else this.#set("bad", status === "REJECTED" ? texts.rejected : texts.failed, image.message);
  }

  /** Offer what a person can do. @param {Action[]} actions */
  offer(actions) {
    this.actions.replaceChildren(
      ...actions.map(({ label, icon: name, run }) =>
        make("button", { type: "button", class: "round", "aria-label": label, title: label, onclick: run }, icon(name)),
      ),
    );
  }

  /** @param {Shown} image @param {(() => void) | undefined} onExpired */
  #showResult(image, onExpired) {
    const thumbnail =
      "thumbnail" in image ? image.thumbnail : "renditions" in image ? image.renditions?.thumbnail : undefined;
    const appearance =
      "metadata" in image ? image.metadata?.appearance : "appearance" in image ? image.appearance : undefined;
    this.#set("done", "");
    if (appearance && !this.#isPreview) this.picture.replaceChildren(blurred(appearance.blurHash));
    if (thumbnail?.url) this.#load(thumbnail.url, onExpired);
  }

  /** Put a picture in the place of the present one once it is loaded. @param {string} url @param {(() => void) | undefined} onError */
  #load(url, onError) {
    const picture = make("img", { alt: "", src: url, decoding: "async", onerror: () => onError?.() });
    picture.addEventListener("load", () => this.picture.replaceChildren(picture));
  }

  /** @param {State} state @param {string} note @param {string} [message] */
  #set(state, note, message = "") {
    this.element.dataset.state = state;
    this.bar.hidden = state !== "sending";
    this.note.replaceChildren(note, ...(message ? [make("span", { class: "message", dir: "auto" }, message)] : []));
    this.button.disabled = !(state === "done" || (state === "bad" && this.image));
    this.button.setAttribute("aria-label", texts.open(this.name));
  }
}

/** Return the step that was done last, as text. @param {Shown} image */
function stepOf(image) {
  const times = Object.entries("steps" in image ? image.steps : {}).sort(([, one], [, other]) =>
    one.localeCompare(other),
  );
  const last = times.at(-1)?.[0];
  return (last && texts.steps[last]) ?? texts.processing;
}
