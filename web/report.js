// @ts-check
// Behaviour of pages: the colour theme, and viewers that move through slices. Without it the pages still show pictures.
'use strict';

(() => {
  /**
   * The data that report/html.cpp writes for a viewer.
   * @typedef {{across: number, down: number, through: number, upwards: boolean}} Plane
   * @typedef {{size: number[], spacing: number[], start: number[], image: string, labels?: string,
   *            planes: Plane[], colours: string[]}} SceneData
   */

  // --- light, dark, or as the system has it ---

  const themes = ['automatic', 'light', 'dark'];
  const symbols = {automatic: '◐ Auto', light: '☀ Light', dark: '☾ Dark'};

  /** @returns {string} */
  function storedTheme() {
    const asked = /theme=(light|dark|automatic)/.exec(location.hash + location.search);
    if (asked) return asked[1];
    try {
      return localStorage.getItem('galen-theme') || 'automatic';
    } catch {
      return 'automatic';  // some browsers deny storage to pages opened from files
    }
  }

  /** @param {string} theme */
  function applyTheme(theme) {
    if (theme === 'automatic') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    const button = document.getElementById('theme');
    if (!button) return;
    button.textContent = symbols[/** @type {keyof typeof symbols} */ (theme)];
    button.setAttribute('aria-label', `Colours: ${theme}`);
    button.hidden = false;
  }

  function setUpTheme() {
    let theme = storedTheme();
    applyTheme(theme);
    document.getElementById('theme')?.addEventListener('click', () => {
      theme = themes[(themes.indexOf(theme) + 1) % themes.length];
      applyTheme(theme);
      try {
        localStorage.setItem('galen-theme', theme);
      } catch {
        // The choice then lasts as long as the page.
      }
    });
  }

  // --- voxels ---

  /** @param {string} text base64 of a zlib stream @returns {Promise<Uint8Array>} */
  async function unpack(text) {
    const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  }

  /** A slice of voxels as rows from top to bottom. */
  class Slice {
    /** @param {SceneData} scene @param {Plane} plane @param {number[]} at @param {Uint8Array} voxels */
    constructor(scene, plane, at, voxels) {
      this.width = scene.size[plane.across];
      this.height = scene.size[plane.down];
      this.values = new Uint8Array(this.width * this.height);
      const step = [1, scene.size[0], scene.size[0] * scene.size[1]];
      const origin = at[plane.through] * step[plane.through];
      for (let row = 0, out = 0; row < this.height; ++row) {
        const down = plane.upwards ? this.height - 1 - row : row;
        let from = origin + down * step[plane.down];
        for (let column = 0; column < this.width; ++column, from += step[plane.across]) this.values[out++] = voxels[from];
      }
    }

    /** @param {number} x @param {number} y @returns {number} 0 outside */
    at(x, y) {
      return x < 0 || y < 0 || x >= this.width || y >= this.height ? 0 : this.values[y * this.width + x];
    }
  }

  // Which cell edges each line joins, by the cell's four corners (marching squares). 0 top, 1 right, 2 bottom, 3 left.
  const crossings = [
    [], [[3, 0]], [[0, 1]], [[3, 1]], [[1, 2]], [[3, 0], [1, 2]], [[0, 2]], [[3, 2]],
    [[2, 3]], [[2, 0]], [[0, 1], [2, 3]], [[2, 1]], [[1, 3]], [[1, 0]], [[0, 3]], [],
  ];
  const middles = [[0.5, 0], [1, 0.5], [0.5, 1], [0, 0.5]];

  /** The outline of a class, in pixels of the slice. @param {Slice} slice @param {number} value */
  function outline(slice, value) {
    const path = new Path2D();
    for (let y = -1; y < slice.height; ++y) {
      for (let x = -1; x < slice.width; ++x) {
        const corners = Number(slice.at(x, y) === value) | Number(slice.at(x + 1, y) === value) << 1 |
            Number(slice.at(x + 1, y + 1) === value) << 2 | Number(slice.at(x, y + 1) === value) << 3;
        for (const [a, b] of crossings[corners]) {
          path.moveTo(x + 0.5 + middles[a][0], y + 0.5 + middles[a][1]);
          path.lineTo(x + 0.5 + middles[b][0], y + 0.5 + middles[b][1]);
        }
      }
    }
    return path;
  }

  /** 1, 2 or 5 times a power of ten, at most a third of the width. @param {number} width */
  function niceLength(width) {
    const power = 10 ** Math.floor(Math.log10(width / 3));
    return ([5, 2].find((factor) => factor * power <= width / 3) ?? 1) * power;
  }

  // --- viewer ---

  class PlaneView {
    /** @param {Viewer} viewer @param {Plane} plane @param {HTMLElement} figure */
    constructor(viewer, plane, figure) {
      this.viewer = viewer;
      this.plane = plane;
      this.stage = /** @type {HTMLElement} */ (figure.querySelector('.stage'));
      this.slider = figure.querySelector('input');
      this.output = figure.querySelector('output');
      this.scaleBar = /** @type {HTMLElement} */ (figure.querySelector('.scale'));
      this.canvas = document.createElement('canvas');
      this.canvas.tabIndex = this.last > 0 ? 0 : -1;
      this.canvas.setAttribute('role', 'img');
      this.widthMm = viewer.scene.size[plane.across] * viewer.scene.spacing[plane.across];
      this.stage.querySelector('.still')?.remove();
      this.stage.prepend(this.canvas);
      this.stage.classList.add('live');
      this.wheel = 0;
      this.listen();
    }

    get last() {
      return this.viewer.scene.size[this.plane.through] - 1;
    }
    get index() {
      return this.viewer.at[this.plane.through];
    }

    /** @param {number} index @returns {boolean} whether it moved */
    go(index) {
      const next = Math.min(this.last, Math.max(0, index));
      if (next === this.index) return false;
      this.viewer.at[this.plane.through] = next;
      this.viewer.draw();
      return true;
    }

    listen() {
      if (this.slider) {
        const slider = this.slider;
        slider.hidden = false;
        slider.addEventListener('input', () => this.go(Number(slider.value)));
      }
      this.canvas.addEventListener('wheel', (event) => {
        this.wheel += event.deltaMode === 0 ? event.deltaY / 100 : Math.sign(event.deltaY);
        const steps = Math.trunc(this.wheel);
        this.wheel -= steps;
        // At either end the page scrolls instead.
        const more = event.deltaY > 0 ? this.index < this.last : this.index > 0;
        if (more) event.preventDefault();
        if (steps !== 0) this.go(this.index + steps);
      }, {passive: false});
      this.canvas.addEventListener('keydown', (event) => {
        const moves = /** @type {Record<string, number>} */ ({
          ArrowUp: this.index + 1, ArrowRight: this.index + 1, ArrowDown: this.index - 1, ArrowLeft: this.index - 1,
          PageUp: this.index + 5, PageDown: this.index - 5, Home: 0, End: this.last,
        });
        // With a modifier the key is the browser's; at either end the page scrolls instead.
        const modified = event.altKey || event.ctrlKey || event.metaKey || event.shiftKey;
        if (!modified && event.key in moves && this.go(moves[event.key])) event.preventDefault();
      });
      let held = false;
      this.canvas.addEventListener('pointerdown', (event) => {
        held = true;
        if (event.pointerType === 'mouse') this.canvas.setPointerCapture(event.pointerId);
        this.point(event);
      });
      this.canvas.addEventListener('pointermove', (event) => {
        if (held && event.pointerType === 'mouse') this.point(event);
      });
      for (const end of ['pointerup', 'pointercancel']) this.canvas.addEventListener(end, () => held = false);
    }

    /** Moves the other planes to the point. @param {PointerEvent} event */
    point(event) {
      const {size} = this.viewer.scene;
      const box = this.canvas.getBoundingClientRect();
      const [u, v] = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
      const across = Math.floor(u * size[this.plane.across]);
      const down = Math.floor((this.plane.upwards ? 1 - v : v) * size[this.plane.down]);
      this.viewer.at[this.plane.across] = Math.min(size[this.plane.across] - 1, Math.max(0, across));
      this.viewer.at[this.plane.down] = Math.min(size[this.plane.down] - 1, Math.max(0, down));
      this.viewer.draw();
    }

    draw() {
      const {viewer, plane, canvas} = this;
      const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
      const box = this.stage.getBoundingClientRect();
      const ratio = window.devicePixelRatio || 1;
      canvas.width = Math.max(1, Math.round(box.width * ratio));
      canvas.height = Math.max(1, Math.round(box.height * ratio));
      const grey = new Slice(viewer.scene, plane, viewer.at, viewer.image);
      context.imageSmoothingQuality = 'high';
      context.drawImage(picture(grey, (v) => [v, v, v, 255]), 0, 0, canvas.width, canvas.height);
      if (viewer.labels) this.drawLabels(context, new Slice(viewer.scene, plane, viewer.at, viewer.labels), ratio);
      if (viewer.crosshair && viewer.views.length > 1) this.drawCrosshair(context, ratio);
      this.describe(box.width);
    }

    /** @param {CanvasRenderingContext2D} context @param {Slice} slice @param {number} ratio */
    drawLabels(context, slice, ratio) {
      const {canvas, viewer} = this;
      const scale = new DOMMatrix().scale(canvas.width / slice.width, canvas.height / slice.height);
      if (viewer.fill) {
        const colours = viewer.scene.colours.map((hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16)));
        const shade = picture(slice, (v) => v && viewer.shown.has(v) ? [...colours[v - 1], 96] : [0, 0, 0, 0]);
        context.drawImage(shade, 0, 0, canvas.width, canvas.height);
      }
      context.lineJoin = context.lineCap = 'round';
      for (const value of viewer.shown) {
        const path = new Path2D();
        path.addPath(outline(slice, value), scale);
        context.strokeStyle = 'rgb(0 0 0 / 55%)';
        context.lineWidth = 4 * ratio;
        context.stroke(path);
        context.strokeStyle = viewer.scene.colours[value - 1];
        context.lineWidth = 2 * ratio;
        context.stroke(path);
      }
    }

    /** @param {CanvasRenderingContext2D} context @param {number} ratio */
    drawCrosshair(context, ratio) {
      const {canvas, plane, viewer} = this;
      const x = (viewer.at[plane.across] + 0.5) / viewer.scene.size[plane.across] * canvas.width;
      const down = (viewer.at[plane.down] + 0.5) / viewer.scene.size[plane.down];
      const y = (plane.upwards ? 1 - down : down) * canvas.height;
      context.strokeStyle = 'rgb(255 255 255 / 45%)';
      context.lineWidth = ratio;
      context.setLineDash([3 * ratio, 4 * ratio]);
      context.beginPath();
      context.moveTo(x, 0);
      context.lineTo(x, canvas.height);
      context.moveTo(0, y);
      context.lineTo(canvas.width, y);
      context.stroke();
      context.setLineDash([]);
    }

    /** @param {number} width of the stage in CSS pixels */
    describe(width) {
      const bar = niceLength(this.widthMm);
      this.scaleBar.style.width = `${bar / this.widthMm * width}px`;
      this.scaleBar.textContent = `${bar} mm`;
      const said = `${this.index + 1} / ${this.last + 1}`;
      if (this.slider) this.slider.value = String(this.index);
      if (this.output) this.output.value = said;
      this.canvas.setAttribute('aria-label', this.last > 0 ? `Slice ${said}; arrow keys move` : 'Image');
    }
  }

  /** @param {Slice} slice @param {(value: number) => number[]} colour */
  function picture(slice, colour) {
    const canvas = document.createElement('canvas');
    canvas.width = slice.width;
    canvas.height = slice.height;
    const pixels = new ImageData(slice.width, slice.height);
    slice.values.forEach((value, i) => pixels.data.set(colour(value), 4 * i));
    /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d')).putImageData(pixels, 0, 0);
    return canvas;
  }

  class Viewer {
    /** @param {HTMLElement} section @param {SceneData} scene @param {Uint8Array} image @param {?Uint8Array} labels */
    constructor(section, scene, image, labels) {
      this.scene = scene;
      this.image = image;
      this.labels = labels;
      this.at = [...scene.start];
      this.shown = new Set(scene.colours.map((_, i) => i + 1));
      this.fill = false;
      this.crosshair = true;
      const figures = [...section.querySelectorAll('.plane')];
      this.views = scene.planes.map((plane, i) => new PlaneView(this, plane, /** @type {HTMLElement} */ (figures[i])));
      for (const button of section.querySelectorAll('button')) this.listen(button);
      for (const hint of section.querySelectorAll('.hint')) /** @type {HTMLElement} */ (hint).hidden = false;
      new ResizeObserver(() => this.draw()).observe(section);
      matchMedia('print').addEventListener('change', () => this.draw());
    }

    /** @param {HTMLButtonElement} button */
    listen(button) {
      button.hidden = button.classList.contains('cross') && this.views.length === 1;
      button.addEventListener('click', () => {
        const on = button.getAttribute('aria-pressed') !== 'true';
        button.setAttribute('aria-pressed', String(on));
        if (button.classList.contains('fill')) this.fill = on;
        else if (button.classList.contains('cross')) this.crosshair = on;
        else if (on) this.shown.add(Number(button.dataset.class));
        else this.shown.delete(Number(button.dataset.class));
        this.draw();
      });
    }

    draw() {
      for (const view of this.views) view.draw();
    }
  }

  async function setUpViewers() {
    if (!('DecompressionStream' in window)) return;
    for (const section of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('.viewer'))) {
      const scene = /** @type {SceneData} */ (JSON.parse(section.querySelector('script.scene')?.textContent ?? '{}'));
      const image = await unpack(scene.image);
      const labels = scene.labels ? await unpack(scene.labels) : null;
      new Viewer(section, scene, image, labels).draw();
    }
  }

  setUpTheme();
  addEventListener('hashchange', () => {
    if (location.hash.startsWith('#theme=')) applyTheme(storedTheme());
  });
  addEventListener('beforeprint', () => {
    for (const details of document.querySelectorAll('details')) details.open = true;
  });
  setUpViewers();
})();
