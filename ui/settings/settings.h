// SPDX-License-Identifier: MIT
#pragma once

#include "core/payload/payload.h"
#include "ui/style/theme.h"

#include <QByteArray>
#include <QFont>
#include <QObject>
#include <QSettings>
#include <QStringList>

#include <optional>

namespace sw::ui {

enum class TimestampMode { Absolute, Relative, Delta, Off, Date };
/// What they are called, in their order.
QStringList timestampTitles();
/// How a buffer shows bytes: as text, as hex digits with text beside them, or so by lines.
enum class BufferMode { Text, Hex, Both };
enum class AtQuit { Ask, Keep, Discard };

/// What the program remembers: the user's preferences, recent addresses and messages, the window's layout. Never what
/// to open. The UI thread.
class Settings final : public QObject {
    Q_OBJECT

public:
    /// At the system's usual place, or in the file at `path`.
    explicit Settings(const QString& path = {}, QObject* parent = nullptr);

    ThemeChoice theme() const;
    void setTheme(ThemeChoice theme);
    QFont bufferFont() const;
    void setBufferFont(const QFont& font);
    static constexpr int leastFontSize = 6; ///< points
    static constexpr int mostFontSize = 40;
    /// Larger or smaller by so many points; 0: the usual size.
    void zoomBufferFont(int points);
    /// The shortcut that the user gave an action, as QKeySequence writes it, or nothing: its own.
    std::optional<QString> shortcut(const QString& action) const;
    void setShortcut(const QString& action, const std::optional<QString>& keys);
    TimestampMode timestamps() const;
    void setTimestamps(TimestampMode mode);
    /// What the next buffer begins with: the one that was chosen last.
    BufferMode bufferMode() const;
    void setBufferMode(BufferMode mode);
    LineEnding lineEnding() const;
    void setLineEnding(LineEnding ending);

    /// Memory for transcripts, in MiB: 16 to 65536; from the next start on.
    int memoryBudget() const;
    void setMemoryBudget(int mebibytes);
    /// Disk space for transcripts of one run, in GiB; 0: as much as there is. From the next start on.
    int diskQuota() const;
    void setDiskQuota(int gibibytes);

    /// What becomes of records when the window closes.
    AtQuit atQuit() const;
    void setAtQuit(AtQuit choice);

    /// See ColorRules::read().
    QStringList colorRules() const;
    void setColorRules(const QStringList& rules);

    QStringList recentAddresses() const;
    void addRecentAddress(const QString& address);
    QStringList messageHistory() const;
    void addMessage(const QString& message);

    QStringList recentWorkspaces() const;
    void addRecentWorkspace(const QString& file);
    /// A file of ours in the folder of the settings.
    QString fileBeside(const QString& name) const;

    QByteArray windowGeometry() const;
    QByteArray windowState() const;
    void setWindow(const QByteArray& geometry, const QByteArray& state);

signals:
    void changed();

private:
    void remember(const QString& key, const QString& value, int most);

    QSettings m_store;
};

} // namespace sw::ui
