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
for (const name of ["fill", "join", "concat", "toString", "map", "sort", "slice", "reverse", "includes", "indexOf", "lastIndexOf"])
    bound(Array.prototype, name, (self) => Number(self.length));
const TypedArray = Object.getPrototypeOf(Uint8Array);
bound(TypedArray.prototype, "fill", (self) => Number(self.length));
const NativeBuffer = ArrayBuffer;
const bufferOf = (bytes) => NativeBuffer.prototype.slice.call(bytes.buffer, bytes.byteOffset, bytes.byteOffset + bytes.byteLength);

class Bytes extends Uint8Array {
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
    static of_(value) { return value instanceof Uint8Array ? value : Bytes.from(value); }
    static from(value, form) {
        if (typeof value === "string")
            return new Bytes(form === "hex" ? host.unhex(value) : host.encode(value));
        return new Bytes(value);
    }
}
const payload = (value) => {
    if (typeof value === "string") return host.encode(value);
    if (value instanceof NativeBuffer) return value;
    if (value instanceof Uint8Array) return bufferOf(value);
    if (Array.isArray(value)) return bufferOf(new Uint8Array(value));
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
    use: (script) => { hooks = script; return script.framer === undefined ? "" : String(script.framer); },
    has: (name) => typeof hooks[name] === "function",
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
