// SPDX-License-Identifier: MIT
#pragma once

namespace sw {

/// What scripts find: `Bytes`, `log`, `store`, `connections`, and connections. Evaluates to a function of the host, an
/// object that stays inside, and gives the functions that the runtime calls. Everything that a script could change is
/// taken at the start. Functions of the language that make much out of little are bounded: they cannot be interrupted.
constexpr const char* scriptPrelude = R"JS((function (host, globalThis) {
"use strict";
const most = 1 << 24;
const tooLarge = () => { throw new RangeError("more than 16777216 elements at once are not allowed here"); };
const bound = (prototype, name, size) => {
    const original = prototype[name];
    const apply = Function.prototype.call.bind(Function.prototype.apply);
    Object.defineProperty(prototype, name, { writable: true, configurable: true, value: function (...given) {
        if (size(this, given) > most) tooLarge();
        return apply(original, this, given);
    } });
};
bound(String.prototype, "repeat", (self, given) => String(self).length * Number(given[0]));
bound(String.prototype, "padStart", (self, given) => Number(given[0]));
bound(String.prototype, "padEnd", (self, given) => Number(given[0]));
for (const name of ["fill", "join", "concat", "toString", "map", "sort", "slice", "reverse", "includes", "indexOf", "lastIndexOf", "shift",
                    "unshift", "splice", "copyWithin", "every", "some", "forEach", "filter", "reduce", "reduceRight", "find", "findIndex"])
    bound(Array.prototype, name, (self) => Number(self.length));
const TypedArray = Object.getPrototypeOf(Uint8Array);
bound(TypedArray.prototype, "fill", (self) => Number(self.length));
const nativeFrom = Array.from;
Object.defineProperty(Array, "from", { writable: true, configurable: true, value: function (source, ...more) {
    if (source !== null && source !== undefined && Number(source.length) > most) tooLarge();
    return nativeFrom.call(this, source, ...more);
} });
const NativeBuffer = ArrayBuffer;
const NativeBytes = Uint8Array;
const reflectConstruct = Reflect.construct;
const boundConstructor = (name) => {
    const original = globalThis[name];
    if (original === undefined) return;
    const bounded = new Proxy(original, { construct: (target, given, wanted) => {
        if (Number(given[0]) > most || (given[0] !== null && typeof given[0] === "object" && Number(given[0].length) > most)) tooLarge();
        return reflectConstruct(target, given, wanted);
    } });
    Object.defineProperty(original.prototype, "constructor", { value: bounded, writable: true, configurable: true });
    Object.defineProperty(globalThis, name, { value: bounded, writable: true, configurable: true });
};
for (const name of ["ArrayBuffer", "SharedArrayBuffer", "Int8Array", "Uint8Array", "Uint8ClampedArray", "Int16Array", "Uint16Array",
                    "Int32Array", "Uint32Array", "Float32Array", "Float64Array"])
    boundConstructor(name);

// regular expressions are matched by the host, within limits: the engine's own cannot be interrupted
const matchBounded = (regex, text) => {
    const subject = String(text);
    const flags = regex.flags;
    const goesOn = flags.includes("g") || flags.includes("y");
    const start = goesOn ? Number(regex.lastIndex) || 0 : 0;
    const found = start > subject.length ? [] : host.match(regex.source, flags, subject, start);
    if (found.length === 0) {
        if (goesOn) regex.lastIndex = 0;
        return null;
    }
    if (goesOn) regex.lastIndex = found[1];
    const result = [];
    for (let i = 0; i < found.length; i += 2)
        result.push(found[i] < 0 ? undefined : subject.slice(found[i], found[i + 1]));
    result.index = found[0];
    result.input = subject;
    return result;
};
const redefine = (name, value) => Object.defineProperty(RegExp.prototype, name, { value, writable: true, configurable: true });
redefine("exec", function (text) { return matchBounded(this, text); });
redefine("test", function (text) { return matchBounded(this, text) !== null; });
redefine(Symbol.search, function (text) {
    const before = this.lastIndex;
    this.lastIndex = 0;
    const found = matchBounded(this, text);
    this.lastIndex = before;
    return found === null ? -1 : found.index;
});
const allOf = (regex, text) => {
    const all = [];
    regex.lastIndex = 0;
    for (let found = matchBounded(regex, text); found !== null; found = matchBounded(regex, text)) {
        all.push(found);
        if (found[0] === "") regex.lastIndex = found.index + 1;
    }
    return all;
};
redefine(Symbol.match, function (text) {
    if (!this.flags.includes("g")) return matchBounded(this, text);
    const all = allOf(this, text).map((found) => found[0]);
    return all.length === 0 ? null : all;
});
redefine(Symbol.replace, function (text, by) {
    const subject = String(text);
    const all = this.flags.includes("g") ? allOf(this, subject) : [matchBounded(this, subject)].filter((found) => found !== null);
    let made = "", at = 0;
    for (const found of all) {
        const put = typeof by === "function" ? String(by(...found, found.index, subject)) : String(by).split("$$").map((part) => {
            let filled = part.split("$&").join(found[0]);
            for (let i = found.length - 1; i > 0; --i) filled = filled.split("$" + i).join(found[i] === undefined ? "" : found[i]);
            return filled;
        }).join("$");
        made += subject.slice(at, found.index) + put;
        at = found.index + found[0].length;
    }
    return made + subject.slice(at);
});
redefine(Symbol.split, function (text, limit) {
    const subject = String(text);
    const all = allOf(new RegExp(this.source, this.flags.includes("g") ? this.flags : this.flags + "g"), subject);
    const parts = [];
    let at = 0;
    for (const found of all) {
        if (found[0] === "" && (found.index === 0 || found.index >= subject.length)) continue;
        parts.push(subject.slice(at, found.index), ...found.slice(1));
        at = found.index + found[0].length;
    }
    parts.push(subject.slice(at));
    return limit === undefined ? parts : parts.slice(0, limit);
});
// the language's own functions get text only: handed a pattern, they would match it without limits
const applyTo = Function.prototype.call.bind(Function.prototype.apply);
for (const [name, symbol] of [["match", Symbol.match], ["search", Symbol.search], ["replace", Symbol.replace], ["split", Symbol.split]]) {
    const original = String.prototype[name];
    const bounded = RegExp.prototype[symbol];
    const takesText = name === "replace" || name === "split";
    Object.defineProperty(String.prototype, name, { writable: true, configurable: true, value: function (pattern, ...more) {
        const text = String(this);
        if (pattern !== null && typeof pattern === "object" && typeof pattern.source === "string")
            return applyTo(bounded, pattern, [text, ...more]);
        if (!takesText) return applyTo(bounded, new RegExp(pattern === undefined ? "" : String(pattern)), [text]);
        return applyTo(original, text, [pattern === undefined ? undefined : String(pattern), ...more]);
    } });
}
delete String.prototype.matchAll;
delete String.prototype.replaceAll;
const bufferOf = (bytes) => NativeBuffer.prototype.slice.call(bytes.buffer, bytes.byteOffset, bytes.byteOffset + bytes.byteLength);

class Bytes extends NativeBytes {
    constructor(...given) {
        if (typeof given[0] === "number" && given[0] > most) tooLarge();
        super(...given);
    }
    /** The bytes as text: "utf-8" (default) or "latin1". */
    toString(encoding) { return host.decode(bufferOf(this), String(encoding === undefined ? "utf-8" : encoding)); }
    toHex(separator) { return host.hex(bufferOf(this), separator === undefined ? "" : String(separator)); }
    equals(other) { const a = this, b = Bytes.of_(other); return a.length === b.length && a.every((x, i) => x === b[i]); }
    startsWith(other) { const b = Bytes.of_(other); return b.length <= this.length && b.every((x, i) => x === this[i]); }
    checksum(name) { return new Bytes(host.checksum(bufferOf(this), String(name))); }
    static of_(value) { return value instanceof NativeBytes ? value : Bytes.from(value); }
    static from(value, form) {
        if (typeof value === "string")
            return new Bytes(form === "hex" ? host.unhex(value) : host.encode(value));
        return new Bytes(value);
    }
}
const payload = (value) => {
    if (typeof value === "string") return host.encode(value);
    if (value instanceof NativeBuffer) return value;
    if (value instanceof NativeBytes) return bufferOf(value);
    if (Array.isArray(value)) return bufferOf(new NativeBytes(value));
    throw new TypeError("send takes text, Bytes, an ArrayBuffer or an array of numbers");
};

// plain objects: Map and WeakMap of this engine do not survive its garbage collector in every case
const open = Object.create(null);
const idOf = (connection) => {
    const id = connection.id;
    if (typeof id !== "number") throw new TypeError("not a connection");
    return id;
};
class Connection {
    constructor(id) { Object.defineProperty(this, "id", { value: id }); this.data = {}; }
    get name() { return host.text(idOf(this), "name"); }
    get peer() { return host.text(idOf(this), "peer"); }
    get listener() { return host.text(idOf(this), "listener"); }
    get isDatagram() { return host.text(idOf(this), "kind") === "datagram"; }
    get isOpen() { return open[idOf(this)] === this; }
    send(value) { host.send(idOf(this), payload(value)); }
    close() { host.act(idOf(this), "close", ""); }
    abort() { host.act(idOf(this), "abort", ""); }
    shutdown() { host.act(idOf(this), "shutdown", ""); }
    startTls(options) { host.act(idOf(this), "starttls", options === undefined ? "" : String(options)); }
    mark(text) { host.act(idOf(this), "mark", String(text)); }
    pause() { host.act(idOf(this), "pause", ""); }
    resume() { host.act(idOf(this), "resume", ""); }
    record(isOn) { host.act(idOf(this), isOn ? "record" : "unrecord", ""); }
    setTimer(milliseconds, token) { host.after(idOf(this), Number(milliseconds), token === undefined ? 0 : Number(token)); }
    toString() { return this.name; }
}
const connectionOf = (id) => {
    if (open[id] === undefined)
        open[id] = new Connection(id);
    return open[id];
};
const define = (name, value) => Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
define("Bytes", Bytes);
define("globalThis", globalThis);
define("store", {});
define("log", (...given) => host.log(given.map(String).join(" ")));
define("connections", () => Object.keys(open).map((id) => open[id]));
const show = (value) => {
    if (typeof value === "string") return JSON.stringify(value);
    if (typeof value === "function") return "function " + value.name;
    if (value instanceof Bytes) return "Bytes(" + value.length + ") " + value.toHex(" ");
    if (value !== null && typeof value === "object" && !(value instanceof Connection)) {
        try { const text = JSON.stringify(value); if (text !== undefined) return text; } catch (error) { }
    }
    return String(value);
};
let hooks = {};
// whatever is thrown becomes an Error, which has a place
const guard = (call) => (...given) => {
    try {
        return call(...given);
    } catch (error) {
        if (error instanceof Error) throw error;
        throw new Error("threw " + String(error));
    }
};
const made = {
    use: (script) => {
        const taken = Object.create(null); // read once: what a script returns may answer differently each time
        for (const name of ["acceptor", "opened", "secured", "filter", "sent", "timer", "end", "sentinel"]) {
            const hook = script[name];
            if (typeof hook === "function") taken[name] = hook;
        }
        const framer = script.framer;
        hooks = taken;
        return typeof framer === "string" ? framer : "";
    },
    has: (name) => hooks[name] !== undefined,
    secured: (id) => hooks.secured(connectionOf(id)),
    acceptor: (id) => {
        const decision = hooks.acceptor(connectionOf(id));
        return decision === undefined ? true : Boolean(decision);
    },
    opened: (id) => { const c = connectionOf(id); if (hooks.opened) hooks.opened(c); },
    filter: (id, buffer) => hooks.filter(connectionOf(id), new Bytes(buffer)),
    offered: (id, buffer) => hooks.sent(connectionOf(id), new Bytes(buffer)),
    timer: (id, token) => hooks.timer(connectionOf(id), token),
    end: (id) => hooks.end(connectionOf(id)),
    sentinel: (id, cause, text) => {
        const connection = connectionOf(id);
        delete open[id];
        if (hooks.sentinel) hooks.sentinel(connection, { cause, text, toString() { return text; } });
    },
    show,
};
for (const name of Object.keys(made)) made[name] = guard(made[name]);
return made;
}))JS";

} // namespace sw
