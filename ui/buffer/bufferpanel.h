// SPDX-License-Identifier: MIT
#pragma once

#include "core/engine/engine.h"
#include "ui/buffer/annotations.h"
#include "ui/settings/settings.h"

#include <QWidget>

class QComboBox;
class QLabel;
class QPushButton;
class QToolBar;
class QToolButton;

namespace sw::ui {

class BufferView;
class Composer;
class ElidedLabel;
class FilterBar;
class FindBar;

/// One buffer with its header, find bar and composer.
class BufferPanel final : public QWidget {
    Q_OBJECT

public:
    BufferPanel(Engine& engine, Settings& settings, Annotations& annotations, EndpointId endpoint,
                QWidget* parent = nullptr);
    /// The records of several endpoints merged by time, to be read; `endpoints` is not empty.
    BufferPanel(Engine& engine, Settings& settings, Annotations& annotations, const QVector<EndpointId>& endpoints,
                QWidget* parent = nullptr);

    /// The first of several.
    EndpointId endpoint() const { return m_endpoint; }
    bool isMerged() const { return m_isMerged; }
    BufferView* view() const { return m_view; }
    Composer* composer() const { return m_composer; }
    FindBar* findBar() const { return m_findBar; }
    FilterBar* filterBar() const { return m_filterBar; }
    QString title() const { return m_title; }
    /// The same behind the sign of what kind of endpoint it is.
    QString tabText() const { return (m_isPinned ? QStringLiteral("▪ ") : QString()) + m_glyph + m_title; }
    /// Its endpoint is opened again by itself, after that pause; empty: it is not.
    void setReopening(const QString& pause);
    /// Whether anything is being recorded to a file.
    void setRecording(bool isRecording);
    /// A pinned buffer is left open when others are closed.
    bool isPinned() const { return m_isPinned; }
    void setPinned(bool isPinned);
    /// Takes over what concerns this buffer: its endpoint, and the connections or flows below it.
    void update(const QVector<EndpointSnapshot>& snapshots);

signals:
    void titleChanged(const QString& title);
    void complained(const QString& text);
    void noteRequested();
    /// The button of recording: to a file, or no longer.
    void recordRequested();
    /// The endpoint has ended and is to be opened once more; or with the certificate that was refused.
    void openAgainRequested(sw::EndpointId id);
    void trustRequested(sw::EndpointId id);
    /// It is not to be opened again by itself.
    void stopRequested(sw::EndpointId id);

protected:
    void resizeEvent(QResizeEvent* event) override;
    void showEvent(QShowEvent* event) override;

private:
    void build(Annotations& annotations);
    QWidget* buildHeader();
    void buildChips(QToolBar& tools);
    void buildModes(QToolBar& tools);
    QWidget* buildEndedBar();
    void showEnded(const EndpointSnapshot& snapshot);
    void orderTabs(QWidget& header);
    void showStatistics();
    void setSnapshot(const EndpointSnapshot& snapshot);
    QString nameIn(const EndpointSnapshot& snapshot) const;
    void addChild(const EndpointSnapshot& snapshot);
    void applySettings();

    Engine& m_engine;
    Settings& m_settings;
    EndpointId m_endpoint;
    QString m_title;
    QString m_glyph; // of the endpoint's kind
    BufferView* m_view;
    FindBar* m_findBar;
    FilterBar* m_filterBar;
    Composer* m_composer;
    QWidget* m_ended; // in the composer's place, once the endpoint has ended
    ElidedLabel* m_endedText;
    QPushButton* m_openAgain;
    QPushButton* m_stop; // opening again by itself
    QString m_reopening; // the pause before that
    QString m_howEnded;
    QPushButton* m_trust;
    QLabel* m_statistics;
    bool m_isMerged = false;
    std::optional<TimestampMode> m_settingsTimestamps; // applied last; the buffer may have others
    ElidedLabel* m_titleLabel;
    QLabel* m_stateLabel;
    QComboBox* m_timestamps;
    QToolButton* m_follow;
    QToolButton* m_record;
    bool m_isPinned = false;
};

} // namespace sw::ui
