namespace BpfTrace.Pictures;

/// <summary>The style and the script of flame graphs. No part of either comes from a trace.</summary>
internal static class FlameGraphParts
{
    public const string Style = """
        <style>
        .paper { fill: #fff; } .head { font-size: 16px; font-weight: bold; } .note { fill: #444; }
        .f { cursor: pointer; } .f text { pointer-events: none; fill: #000; } .f.above rect { opacity: .5; }
        .f.match rect { fill: #d946ef; } .f:hover rect, .f:focus rect { stroke: #000; stroke-width: 1.2; } .f:focus, #reset:focus { outline: none; }
        #reset { cursor: pointer; visibility: hidden; } #reset rect { fill: #e5e7eb; stroke: #6b7280; } #reset:focus rect { stroke: #000; stroke-width: 2; }
        @media (prefers-color-scheme: dark) { .paper { fill: #16181d; } .head { fill: #f3f4f6; } .note { fill: #c5cad3; } .f:hover rect, .f:focus rect { stroke: #fff; } }
        </style>

        """;

    /// <summary>The script.</summary>
    /// <param name="inverted">Whether callees are below.</param>
    public static string Script(bool inverted) => "var INVERTED = " + (inverted ? "true" : "false") + ";\n" + Body;

    private const string Body = """
        (function () {
          "use strict";
          var holder = document.getElementById("frames"), reset = document.getElementById("reset"), search = document.getElementById("search");
          var matched = document.getElementById("matched"), details = document.getElementById("details");
          var WIDTH = +holder.getAttribute("data-width"), MARGIN = +holder.getAttribute("data-margin"), CHAR = 7.22;
          var all = Array.prototype.map.call(holder.children, function (g, i) {
            return { i: i, g: g, x: +g.getAttribute("data-x"), w: +g.getAttribute("data-w"), d: +g.getAttribute("data-d"), n: g.getAttribute("data-n"),
              tip: g.firstElementChild.textContent, rect: g.querySelector("rect"), text: g.querySelector("text") };
          });
          var zoomed = all[0], focused = all[0];

          function within(a, b) { return a.x >= b.x && a.x + a.w <= b.x + b.w; }
          function fit(name, width) {
            var room = Math.floor((width - 6) / CHAR), used = 0, end = 0;
            if (room < 3) return "";
            for (var c of name) { // whole characters; wide ones take the room of two
              used += c >= "\u2e80" || (c >= "\u1100" && c <= "\u115f") ? 2 : 1;
              if (used <= room - 2) end += c.length;
              if (used > room) return name.slice(0, end) + "..";
            }
            return name;
          }

          function draw() {
            var scale = (WIDTH - 2 * MARGIN) / zoomed.w;
            all.forEach(function (f) {
              var above = f.d < zoomed.d && within(zoomed, f);
              f.shown = above || (f.d >= zoomed.d && within(f, zoomed));
              f.g.style.display = f.shown ? "" : "none";
              f.g.classList.toggle("above", above);
              if (!f.shown) return;
              var x = above ? MARGIN : MARGIN + (f.x - zoomed.x) * scale, w = above ? WIDTH - 2 * MARGIN : f.w * scale;
              f.rect.setAttribute("x", x); f.rect.setAttribute("width", w);
              f.text.setAttribute("x", x + 3); f.text.textContent = fit(f.n, w);
            });
            reset.style.visibility = zoomed === all[0] ? "hidden" : "visible";
          }

          function find(text) {
            var test = null, part = /^\/(.+)\/$/.exec(text);
            if (part) { try { var regex = new RegExp(part[1], "i"); test = function (n) { return regex.test(n); }; } catch (e) { test = null; } }
            else if (text) { var low = text.toLowerCase(); test = function (n) { return n.toLowerCase().indexOf(low) >= 0; }; }
            var sum = 0, end = -1, hits = 0;
            all.slice().sort(function (a, b) { return a.x - b.x || a.d - b.d; }).forEach(function (f) {
              var hit = test !== null && test(f.n);
              f.g.classList.toggle("match", hit);
              if (!hit) return;
              hits++;
              if (f.x >= end) { sum += f.w; end = f.x + f.w; }
            });
            matched.textContent = test === null ? (text ? "no regular expression" : " ")
              : "matched " + (100 * sum / all[0].w).toFixed(2).replace(/\.?0+$/, "") + "% in " + hits + " frames";
          }

          function keep() {
            var parts = [];
            if (zoomed !== all[0]) parts.push("z=" + zoomed.i);
            if (search.value) parts.push("s=" + encodeURIComponent(search.value));
            try { history.replaceState(null, "", parts.length ? "#" + parts.join("&") : location.pathname + location.search); } catch (e) { /* an address that may not be changed */ }
          }
          function zoom(f) { zoomed = f; draw(); keep(); }
          function focus(f) {
            focused.g.setAttribute("tabindex", "-1"); f.g.setAttribute("tabindex", "0");
            focused = f; f.g.focus();
          }
          function open() {
            var z = /[#&]z=(\d+)/.exec(location.hash), s = /[#&]s=([^&]*)/.exec(location.hash);
            zoomed = z && all[+z[1]] || all[0];
            try { search.value = s ? decodeURIComponent(s[1]) : ""; } catch (e) { search.value = ""; }
            draw(); find(search.value);
          }
          function best(list) { return list.reduce(function (a, b) { return !a || b.w > a.w ? b : a; }, null); }
          function step(f, key) {
            var out = key === (INVERTED ? "ArrowUp" : "ArrowDown");
            if (key === "ArrowUp" || key === "ArrowDown")
              return best(all.filter(function (o) { return o.shown && o.d === f.d + (out ? -1 : 1) && (out ? within(f, o) : within(o, f)); }));
            var row = all.filter(function (o) { return o.shown && o.d === f.d; });
            return row[row.indexOf(f) + (key === "ArrowRight" ? 1 : -1)];
          }
          function of(target) {
            while (target && target.parentNode !== holder) target = target.parentNode;
            return target && all[Array.prototype.indexOf.call(holder.children, target)];
          }

          holder.addEventListener("click", function (e) { var f = of(e.target); if (f) { focus(f); zoom(f); } });
          holder.addEventListener("mouseover", function (e) { var f = of(e.target); details.textContent = f ? f.tip : " "; });
          holder.addEventListener("focusin", function (e) { var f = of(e.target); if (f) details.textContent = f.tip; });
          holder.addEventListener("keydown", function (e) {
            var f = of(e.target), next;
            if (!f) return;
            if (e.key === "Enter" || e.key === " ") zoom(f);
            else if (/^Arrow/.test(e.key)) { next = step(f, e.key); if (next) focus(next); }
            else return;
            e.preventDefault();
          });
          document.addEventListener("keydown", function (e) {
            if (e.key === "Escape") { search.value = ""; find(""); zoom(all[0]); }
            else if ((e.ctrlKey || e.metaKey) && e.key === "f") { e.preventDefault(); search.focus(); }
          });
          reset.addEventListener("click", function () { zoom(all[0]); });
          reset.addEventListener("keydown", function (e) { if (e.key === "Enter" || e.key === " ") { zoom(all[0]); focus(all[0]); } });
          search.addEventListener("input", function () { find(search.value); keep(); });
          window.addEventListener("hashchange", open);
          open();
        })();

        """;
}
