// SPDX-License-Identifier: MIT
#pragma once

#include <QCoreApplication>
#include <QString>

#include <optional>

class QWidget;

namespace sw::ui {

/// Asks the user. Injected, so that tests answer by themselves.
class Prompter {
public:
    virtual ~Prompter() = default;
    Prompter(const Prompter&) = delete;
    Prompter& operator=(const Prompter&) = delete;
    Prompter(Prompter&&) = delete;
    Prompter& operator=(Prompter&&) = delete;

    /// True: go on. `action` is the button's text.
    virtual bool confirm(QWidget* parent, const QString& question, const QString& action) = 0;
    /// A line of text; nothing: the user changed their mind.
    virtual std::optional<QString> ask(QWidget* parent, const QString& title, const QString& question,
                                       const QString& text) = 0;
    /// The same for a secret: what is typed is not shown.
    virtual std::optional<QString> askSecret(QWidget* parent, const QString& title, const QString& question) = 0;
    /// A file to write; empty: the user changed their mind. `filter`: as QFileDialog has it.
    virtual QString fileToWrite(QWidget* parent, const QString& title, const QString& name, const QString& filter) = 0;
    /// A file to read; empty: the user changed their mind.
    virtual QString fileToRead(QWidget* parent, const QString& title, const QString& filter) = 0;
    /// A folder; empty: the user changed their mind.
    virtual QString folder(QWidget* parent, const QString& title) = 0;
    virtual void tell(QWidget* parent, const QString& title, const QString& text) = 0;
    /// What becomes of the records when the window closes; nothing: it stays open. `remembers`: not to be asked again.
    struct Leaving {
        bool keepsRecords = false;
        bool remembers = false;
    };
    virtual std::optional<Leaving> leave(QWidget* parent, const QString& question) = 0;

protected:
    Prompter() = default;
};

/// The real one.
class DialogPrompter final : public Prompter {
    Q_DECLARE_TR_FUNCTIONS(DialogPrompter)

public:
    bool confirm(QWidget* parent, const QString& question, const QString& action) override;
    std::optional<QString> ask(QWidget* parent, const QString& title, const QString& question,
                               const QString& text) override;
    std::optional<QString> askSecret(QWidget* parent, const QString& title, const QString& question) override;
    QString fileToWrite(QWidget* parent, const QString& title, const QString& name, const QString& filter) override;
    QString fileToRead(QWidget* parent, const QString& title, const QString& filter) override;
    QString folder(QWidget* parent, const QString& title) override;
    void tell(QWidget* parent, const QString& title, const QString& text) override;
    std::optional<Leaving> leave(QWidget* parent, const QString& question) override;
};

} // namespace sw::ui
