// SPDX-License-Identifier: MIT
#include "ui/settings/settings.h"

#include <QDir>
#include <QFileInfo>
#include <QFontDatabase>
#include <QStandardPaths>

#include <algorithm>

namespace sw::ui {

namespace {
constexpr int mostAddresses = 50;
constexpr int mostMessages = 200;
constexpr int mostWorkspaces = 12;

QString usualPath() {
    return QStandardPaths::writableLocation(QStandardPaths::AppConfigLocation) + QStringLiteral("/settings.ini");
}
} // namespace

Settings::Settings(const QString& path, QObject* parent)
    : QObject(parent),
      m_store(path.isEmpty() ? usualPath() : path, QSettings::IniFormat) {}

ThemeChoice Settings::theme() const {
    const QString name = m_store.value(QStringLiteral("theme")).toString();
    if (name == QLatin1String("light"))
        return ThemeChoice::Light;
    return name == QLatin1String("dark") ? ThemeChoice::Dark : ThemeChoice::System;
}

void Settings::setTheme(ThemeChoice theme) {
    m_store.setValue(QStringLiteral("theme"), theme == ThemeChoice::Light  ? QStringLiteral("light")
                                              : theme == ThemeChoice::Dark ? QStringLiteral("dark")
                                                                           : QStringLiteral("system"));
    emit changed();
}

AtQuit Settings::atQuit() const {
    const QString name = m_store.value(QStringLiteral("quit")).toString();
    if (name == QLatin1String("keep"))
        return AtQuit::Keep;
    return name == QLatin1String("discard") ? AtQuit::Discard : AtQuit::Ask;
}

void Settings::setAtQuit(AtQuit choice) {
    m_store.setValue(QStringLiteral("quit"), choice == AtQuit::Keep      ? QStringLiteral("keep")
                                             : choice == AtQuit::Discard ? QStringLiteral("discard")
                                                                         : QStringLiteral("ask"));
    emit changed();
}

QFont Settings::bufferFont() const {
    QFont font = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    const QString family = m_store.value(QStringLiteral("font/family")).toString();
    if (!family.isEmpty())
        font.setFamily(family);
    font.setPointSize(m_store.value(QStringLiteral("font/size"), 10).toInt());
    font.setStyleHint(QFont::Monospace);
    font.setFixedPitch(true);
    return font;
}

void Settings::setBufferFont(const QFont& font) {
    m_store.setValue(QStringLiteral("font/family"), font.family());
    m_store.setValue(QStringLiteral("font/size"), font.pointSize());
    emit changed();
}

void Settings::zoomBufferFont(int points) {
    QFont font = bufferFont();
    constexpr int usual = 10;
    font.setPointSize(points == 0 ? usual : std::clamp(font.pointSize() + points, leastFontSize, mostFontSize));
    setBufferFont(font);
}

std::optional<QString> Settings::shortcut(const QString& action) const {
    const QVariant kept = m_store.value(QStringLiteral("shortcuts/") + action);
    return kept.isValid() ? std::optional(kept.toString()) : std::nullopt;
}

void Settings::setShortcut(const QString& action, const std::optional<QString>& keys) {
    if (keys)
        m_store.setValue(QStringLiteral("shortcuts/") + action, *keys);
    else
        m_store.remove(QStringLiteral("shortcuts/") + action);
    emit changed();
}

QStringList timestampTitles() {
    return {Settings::tr("Time of day"), Settings::tr("Since start"), Settings::tr("Since last"),
            Settings::tr("No time"), Settings::tr("Date and time")};
}

TimestampMode Settings::timestamps() const {
    return static_cast<TimestampMode>(std::clamp(m_store.value(QStringLiteral("timestamps"), 0).toInt(), 0, 4));
}

void Settings::setTimestamps(TimestampMode mode) {
    m_store.setValue(QStringLiteral("timestamps"), static_cast<int>(mode));
    emit changed();
}

BufferMode Settings::bufferMode() const {
    return static_cast<BufferMode>(std::clamp(m_store.value(QStringLiteral("bufferMode"), 0).toInt(), 0, 2));
}

void Settings::setBufferMode(BufferMode mode) {
    m_store.setValue(QStringLiteral("bufferMode"), static_cast<int>(mode));
}

LineEnding Settings::lineEnding() const {
    return parseLineEnding(m_store.value(QStringLiteral("lineEnding"), QStringLiteral("lf")).toString())
        .value_or(LineEnding::Lf);
}

void Settings::setLineEnding(LineEnding ending) {
    m_store.setValue(QStringLiteral("lineEnding"), lineEndingName(ending));
    emit changed();
}

void Settings::remember(const QString& key, const QString& value, int most) {
    QStringList list = m_store.value(key).toStringList();
    list.removeAll(value);
    list.prepend(value);
    m_store.setValue(key, QStringList(list.mid(0, most)));
}

int Settings::memoryBudget() const {
    constexpr int usual = 256;
    constexpr int least = 16;
    constexpr int most = 65536;
    return std::clamp(m_store.value(QStringLiteral("memoryBudget"), usual).toInt(), least, most);
}

void Settings::setMemoryBudget(int mebibytes) {
    m_store.setValue(QStringLiteral("memoryBudget"), mebibytes);
    emit changed();
}

int Settings::diskQuota() const {
    return std::max(m_store.value(QStringLiteral("diskQuota"), 0).toInt(), 0);
}

void Settings::setDiskQuota(int gibibytes) {
    m_store.setValue(QStringLiteral("diskQuota"), gibibytes);
    emit changed();
}

QStringList Settings::colorRules() const {
    return m_store.value(QStringLiteral("colorRules")).toStringList();
}

void Settings::setColorRules(const QStringList& rules) {
    m_store.setValue(QStringLiteral("colorRules"), rules);
    emit changed();
}

QStringList Settings::recentAddresses() const {
    return m_store.value(QStringLiteral("recentAddresses")).toStringList();
}

void Settings::addRecentAddress(const QString& address) {
    remember(QStringLiteral("recentAddresses"), address, mostAddresses);
}

QStringList Settings::messageHistory() const {
    return m_store.value(QStringLiteral("messages")).toStringList();
}

void Settings::addMessage(const QString& message) {
    remember(QStringLiteral("messages"), message, mostMessages);
}

QStringList Settings::recentWorkspaces() const {
    return m_store.value(QStringLiteral("recentWorkspaces")).toStringList();
}

void Settings::addRecentWorkspace(const QString& file) {
    remember(QStringLiteral("recentWorkspaces"), file, mostWorkspaces);
}

QString Settings::fileBeside(const QString& name) const {
    const QFileInfo file(m_store.fileName());
    // a settings file of another name has companions of its own
    return file.absoluteDir().filePath(
        file.fileName() == QLatin1String("settings.ini") ? name : file.fileName() + QLatin1Char('.') + name);
}

QByteArray Settings::windowGeometry() const {
    return m_store.value(QStringLiteral("window/geometry")).toByteArray();
}

QByteArray Settings::windowState() const {
    return m_store.value(QStringLiteral("window/state")).toByteArray();
}

void Settings::setWindow(const QByteArray& geometry, const QByteArray& state) {
    m_store.setValue(QStringLiteral("window/geometry"), geometry);
    m_store.setValue(QStringLiteral("window/state"), state);
}

} // namespace sw::ui
