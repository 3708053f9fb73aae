/**
 * What the modules of the page share: elements, icons, BlurHash, numbers and dates as the language has them.
 *
 * @module
 */

import { language } from "./texts.js";

/** Lines of the icons, 24 by 24. @type {Record<string, string>} */
const ICONS = {
  plus: "M12 5v14M5 12h14",
  close: "M6 6l12 12M18 6L6 18",
  again: "M20 11a8 8 0 1 0-2.3 6.2M20 5v6h-6",
  images: "M4 7a2 2 0 0 1 2-2h12a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2zM4 16l5-5 4 4 3-3 4 4M15.5 9h.01",
  download: "M12 4v11M7 11l5 5 5-5M5 20h14",
  trash: "M5 7h14M10 7V5h4v2M7 7l1 12h8l1-12",
  alert: "M12 8v5M12 16.5h.01M12 3l9.5 17h-19z",
  pin: "M12 21s7-6.2 7-11a7 7 0 1 0-14 0c0 4.8 7 11 7 11zM12 10h.01",
};

/**
 * Make an element. An attribute with the value false or undefined is left out.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | number | boolean | undefined | ((event: any) => void)>} [attributes] functions listen: onclick
 * @param {...(Node | string | false | undefined)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function make(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : `${value}`);
  }
  made.append(...children.filter((child) => child !== false && child !== undefined));
  return made;
}

/** Make an icon, which is decoration. @param {string} name */
export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const [picture, path] = [document.createElementNS(space, "svg"), document.createElementNS(space, "path")];
  picture.setAttribute("viewBox", "0 0 24 24");
  picture.setAttribute("class", "icon");
  picture.setAttribute("aria-hidden", "true");
  path.setAttribute("d", ICONS[name]);
  picture.append(path);
  return picture;
}

/**
 * Return the element with an ID, which index.html has.
 *
 * @template {HTMLElement} Kind
 * @param {string} id
 * @param {new () => Kind} kind
 */
export function find(id, kind) {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`index.html has no ${id}`);
  return found;
}

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"];

/** Return a number of bytes, such as 3.4 MB. @param {number} count */
export function bytes(count) {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, count)) / 3));
  const form = {
    style: "unit",
    unit: UNITS[power],
    unitDisplay: power ? "short" : "long",
    maximumFractionDigits: power > 1 ? 1 : 0,
  };
  return new Intl.NumberFormat(language.code, /** @type {Intl.NumberFormatOptions} */ (form)).format(
    count / 1000 ** power,
  );
}

/** Return a number. @param {number} value @param {number} [digits] after the point, at most */
export function number(value, digits = 0) {
  return new Intl.NumberFormat(language.code, { maximumFractionDigits: digits }).format(value);
}

/** Return a duration, such as 5 hours. @param {number} seconds */
export function duration(seconds) {
  const [unit, length] = seconds < 60 ? ["second", 1] : seconds < 3600 ? ["minute", 60] : ["hour", 3600];
  const form = { style: "unit", unit, unitDisplay: "long" };
  return new Intl.NumberFormat(language.code, /** @type {Intl.NumberFormatOptions} */ (form)).format(
    Math.ceil(seconds / length),
  );
}

/** Return a date and time. A time without an offset is one of the camera, and is shown as it is. @param {string} text */
export function moment(text) {
  return new Intl.DateTimeFormat(language.code, { dateStyle: "medium", timeStyle: "short" }).format(new Date(text));
}

const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~";
const EDGE = 32; // pixels of a placeholder, which the browser scales smoothly

/**
 * Return a canvas with the picture of a BlurHash: github.com/woltapp/blurhash/blob/master/Algorithm.md.
 *
 * @param {string} hash
 */
export function blurred(hash) {
  const canvas = make("canvas", { class: "blur", width: EDGE, height: EDGE, "aria-hidden": "true" });
  const picture = new ImageData(EDGE, EDGE);
  const [across, down, colors] = components(hash);
  const wave = (/** @type {number} */ place, /** @type {number} */ step) => Math.cos((Math.PI * place * step) / EDGE);
  for (let y = 0, at = 0; y < EDGE; y++) {
    for (let x = 0; x < EDGE; x++, at += 4) {
      for (let channel = 0; channel < 3; channel++) {
        let light = 0;
        for (let row = 0, which = 0; row < down; row++) {
          for (let column = 0; column < across; column++, which++) {
            light += colors[which][channel] * wave(x, column) * wave(y, row);
          }
        }
        picture.data[at + channel] = srgb(light);
      }
      picture.data[at + 3] = 255;
    }
  }
  canvas.getContext("2d")?.putImageData(picture, 0, 0);
  return canvas;
}

/** Return the number of components across and down, and the amplitudes of each. @param {string} hash @returns {[number, number, number[][]]} */
function components(hash) {
  const size = base83(hash, 0, 1);
  const [across, down] = [(size % 9) + 1, Math.floor(size / 9) + 1];
  const amplitude = (base83(hash, 1, 2) + 1) / 166;
  const average = base83(hash, 2, 6);
  const colors = [[average >> 16, (average >> 8) & 255, average & 255].map(linear)];
  for (let at = 6; colors.length < across * down; at += 2) {
    const value = base83(hash, at, at + 2);
    colors.push(
      [Math.floor(value / 361), Math.floor(value / 19) % 19, value % 19].map((part) => {
        const root = (part - 9) / 9;
        return Math.sign(root) * root * root * amplitude;
      }),
    );
  }
  return [across, down, colors];
}

/** @param {string} text @param {number} from @param {number} to */
function base83(text, from, to) {
  return [...text.slice(from, to)].reduce((value, digit) => value * 83 + DIGITS.indexOf(digit), 0);
}

/** @param {number} value 0 to 255 */
function linear(value) {
  const part = value / 255;
  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
}

/** @param {number} light */
function srgb(light) {
  const part = Math.max(0, Math.min(1, light));
  return Math.round(255 * (part <= 0.0031308 ? part * 12.92 : 1.055 * part ** (1 / 2.4) - 0.055));
}
