// SPDX-License-Identifier: MIT
#pragma once

#include "core/engine/engine.h"
#include "ui/settings/settings.h"
#include "ui/shell/mainwindow.h"
#include "ui/widgets/messagefield.h"

#include <QApplication>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QtTest/QtTest>

namespace sw::test {

/// Answers questions without showing them.
class TestPrompter final : public ui::Prompter {
public:
    bool confirm(QWidget*, const QString& question, const QString&) override {
        questions.append(question);
        return answer;
    }
    std::optional<QString> ask(QWidget*, const QString&, const QString& question, const QString&) override {
        questions.append(question);
        return typed;
    }
    std::optional<QString> askSecret(QWidget*, const QString&, const QString& question) override {
        questions.append(question);
        return secrets.isEmpty() ? std::nullopt : std::optional(secrets.takeFirst());
    }
    QString fileToWrite(QWidget*, const QString&, const QString&, const QString&) override { return file; }
    QString fileToRead(QWidget*, const QString&, const QString&) override { return file; }
    QString folder(QWidget*, const QString&) override { return file; }
    void tell(QWidget*, const QString&, const QString& text) override { told.append(text); }

    std::optional<Leaving> leave(QWidget*, const QString& question) override {
        questions.append(question);
        return leaving;
    }

    std::optional<Leaving> leaving = Leaving{}; ///< what is answered to leave()
    bool answer = true;
    std::optional<QString> typed; ///< what is answered to ask()
    QStringList secrets;          ///< what is answered to askSecret(), one after the other
    QString file;
    QStringList questions;
    QStringList told;
};

/// The real main window on a real engine, driven by objectName as a person would.
class WindowFixture {
public:
    WindowFixture();

    ui::MainWindow& window() { return *m_window; }
    Engine& engine() { return m_engine; }
    TestPrompter& prompter() { return m_prompter; }
    ui::Settings& settings() { return m_settings; }
    template <typename T>
    T* find(const char* name) {
        return m_window->findChild<T*>(QString::fromLatin1(name));
    }
    void typeAddress(const QString& text);
    void click(const char* button);
    /// In the buffer that shows now.
    template <typename T>
    T* inBuffer(const char* name) {
        const auto all = currentBuffer()->findChildren<T*>(QString::fromLatin1(name));
        return all.isEmpty() ? nullptr : all.first();
    }
    QWidget* currentBuffer();
    QString bufferText();
    EndpointId idOf(EndpointKind kind) const;
    std::optional<EndpointSnapshot> snapshotOf(EndpointKind kind) const;
    quint16 freePort() const;

private:
    QTemporaryDir m_folder;
    QTemporaryDir m_journal;
    Engine m_engine;
    ui::Settings m_settings;
    TestPrompter m_prompter;
    std::unique_ptr<ui::MainWindow> m_window;
};

} // namespace sw::test
