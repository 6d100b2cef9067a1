// SPDX-License-Identifier: MIT
#pragma once

#include "core/engine/engine.h"
#include "ui/settings/settings.h"

#include <QWidget>

class QComboBox;
class QLabel;
class QToolButton;

namespace sw::ui {

class BufferView;
class Composer;
class FindBar;

/// One buffer with its header, find bar and composer.
class BufferPanel final : public QWidget {
    Q_OBJECT

public:
    BufferPanel(Engine& engine, Settings& settings, EndpointId endpoint, QWidget* parent = nullptr);

    EndpointId endpoint() const { return m_endpoint; }
    BufferView* view() const { return m_view; }
    Composer* composer() const { return m_composer; }
    FindBar* findBar() const { return m_findBar; }
    QString title() const { return m_title; }
    /// Takes over what concerns this buffer: its endpoint, and the connections or flows below it.
    void update(const QVector<EndpointSnapshot>& snapshots);

signals:
    void titleChanged(const QString& title);
    void complained(const QString& text);

private:
    QWidget* buildHeader();
    void setSnapshot(const EndpointSnapshot& snapshot);
    void addChild(const EndpointSnapshot& snapshot);
    void applySettings();

    Engine& m_engine;
    Settings& m_settings;
    EndpointId m_endpoint;
    QString m_title;
    BufferView* m_view;
    FindBar* m_findBar;
    Composer* m_composer;
    QLabel* m_titleLabel;
    QLabel* m_stateLabel;
    QComboBox* m_timestamps;
    QToolButton* m_follow;
};

} // namespace sw::ui
