// SPDX-License-Identifier: MIT
#pragma once

#include "core/behaviour/scriptchecker.h"
#include "core/engine/engine.h"
#include "ui/behaviour/codehighlighter.h"
#include "ui/settings/settings.h"

#include <QTimer>
#include <QWidget>

class QLabel;
class QPushButton;
class QTreeWidget;

namespace sw::ui {

class CodeEdit;
class Prompter;

/// A window with the file of an endpoint's behaviour: text with highlighting and completion, for rules also a list with
/// switches and live hit counters. Saving makes the endpoint and its connections take it over, without reconnecting.
class BehaviourEditor final : public QWidget {
    Q_OBJECT

public:
    BehaviourEditor(Engine& engine, Settings& settings, Prompter& prompter, EndpointId endpoint,
                    QWidget* parent = nullptr);

    /// Whether there is something to edit: the endpoint's behaviour has a file.
    bool load();
    EndpointId endpoint() const { return m_endpoint; }

    /// What was changed and not saved is there at the next opening; closing asks nothing then.
    void keepDraft();

signals:
    /// A record that a rule was found on, to be shown in the endpoint's buffer.
    void recordChosen(sw::EndpointId endpoint, qint64 record);

protected:
    void closeEvent(QCloseEvent* event) override;

private:
    void build();
    void save();
    void check();
    void showMistake(const QString& wrong, int line);
    void showRules();
    void updateCounters();
    void tryOnRecords();
    void saveDraft();
    QString draftFile() const;

    Engine& m_engine;
    Settings& m_settings;
    Prompter& m_prompter;
    EndpointId m_endpoint;
    QString m_file;
    CodeLanguage m_language = CodeLanguage::Rules;
    ScriptChecker m_checker;
    QTimer m_checkTimer;
    QTimer m_counterTimer;
    bool m_hasCrLf = false;   // the file's line ends
    bool m_isShowing = false; // the list is being filled
    QLabel* m_fileLabel;
    CodeEdit* m_text;
    QTreeWidget* m_rules;
    QTreeWidget* m_found;
    QLabel* m_status;
    QPushButton* m_save;
    QPushButton* m_try;
};

} // namespace sw::ui
