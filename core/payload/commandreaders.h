// SPDX-License-Identifier: MIT
// What the readers of pasted commands share; used by their files only.
#pragma once

#include "core/payload/commands.h"

#include <QStringList>

#include <utility>
#include <vector>

namespace sw::commands {

tl::unexpected<Error> refuse(const Sentence& detail);

/// `-x of nc is not understood.`, with what to do about it.
tl::unexpected<Error> refuseOption(const QString& option, const QString& program);

/// Options for the address, in the order in which the command gave them.
class ReadOptions {
public:
    /// A later value takes the place of an earlier one, as in those programs; `join` is added.
    void set(const char* name, const QString& value);
    bool has(const char* name) const;
    QString value(const char* name) const;
    void remove(const char* name);
    /// `?name=value&…`, or nothing.
    QString query() const;

private:
    std::vector<std::pair<QString, QString>> m_options;
};

/// The address in our own words, read by the one parser there is.
Result<PastedCommand> finished(const QString& text, Role role);
Result<PastedCommand> finished(const QString& place, const ReadOptions& options, Role role);

QString bracketed(const QString& host);
QString encodedPath(const QString& path);

/// Words of a command, taken one after the other.
class WordQueue {
public:
    explicit WordQueue(QStringList words) : m_words(std::move(words)) {}
    bool isEmpty() const { return m_at >= m_words.size(); }
    QString next() { return m_words.at(m_at++); }
    /// The value of an option; an error that names the option when there is none.
    Result<QString> valueOf(const QString& option);

private:
    QStringList m_words;
    qsizetype m_at = 0;
};

/// `input` is what printf or echo before the | print.
Result<PastedCommand> fromNc(const QStringList& words, const QByteArray& input);
Result<PastedCommand> fromSocat(const QStringList& words, const QByteArray& input);
Result<PastedCommand> fromCurl(const QStringList& words, const QByteArray& input);
Result<PastedCommand> fromOpenssl(const QStringList& words, const QByteArray& input);

} // namespace sw::commands
